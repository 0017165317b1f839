/**
 * Reads what is in the trace that a run replays, before the run.
 *
 * @module
 */
import type { WorkloadOptions } from "../load/workload.ts";
import { PersistError } from "../system/persist_error.ts";

/**
 * The options with what is in their trace, if they replay one.
 *
 * @throws {PersistError} when it cannot be read, or not replayed as they say
 */
export async function withTrace<Options extends { readonly workload: WorkloadOptions }>(
  options: Options,
): Promise<Options> {
  const { workload } = options;
  if (workload.kind !== "replay" || workload.trace !== undefined) return options;
  const { path, format, speed } = workload;
  const { summarizeTrace } = await import("../replay/trace_summary.ts");
  const trace = await summarizeTrace(path, format);
  if (speed !== undefined && trace.durationUs === undefined) {
    throw new PersistError("replay", path, "it has no times, so its speed must be asap");
  }
  return { ...options, workload: { ...workload, trace } };
}
