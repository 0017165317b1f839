/**
 * The options of a run: one validated object, built from the command line, that cannot be invalid; what ends its load,
 * and what is in the trace that it replays.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import type { LoadOptions } from "../load/load.ts";
import { traceOf, type WorkloadOptions } from "../load/workload.ts";
import { given } from "../option/given.ts";
import { roundUs, summarizeTrace } from "../replay/trace_summary.ts";
import { PersistError } from "../system/persist_error.ts";

/** A load and its backend. */
export interface RunOptions extends LoadOptions {
  /** How long the load runs, in milliseconds. */
  readonly loadTimeMs: number;
  /** How many operations all threads do together, if that ends the load rather than the time. */
  readonly ops?: number;
  /** How long the load runs before it is measured, in milliseconds; no warm-up if absent. */
  readonly warmupMs?: number;
  /**
   * Operations per second that all threads together begin in an open loop: each has an intended start, whether or not
   * the one before has ended. The pattern is then unthrottled.
   */
  readonly ratePerSec?: number;
  /** Time from one row of the series to the next, in milliseconds; no series if absent. */
  readonly intervalMs?: number;
  /**
   * What the history of the run is judged by, if it is: values then identify their puts, and every operation on a key
   * is recorded. Not for the seed's workload as it is.
   */
  readonly check?: CheckName;
  readonly backend: BackendOptions;
}

/** What a history can be judged by. */
export const CHECK_NAMES = ["linearizability"] as const;

export type CheckName = typeof CHECK_NAMES[number];

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
  const trace = await summarizeTrace(path, format);
  if (speed !== undefined && trace.durationUs === undefined) {
    throw new PersistError("replay", path, "it has no times, so its speed must be asap");
  }
  return { ...options, workload: { ...workload, trace } };
}

/** What ends a load; neither, if the end of its trace does. */
interface LoadEnd {
  readonly ops?: number;
  readonly loadTimeMs?: number;
}

/** What ends the load: a number of operations, its time, or the end of a trace. */
export function loadEndOf({ ops, loadTimeMs, workload }: RunOptions): LoadEnd {
  if (ops !== undefined) return { ops };
  return workload.kind === "replay" && workload.endsLoad ? {} : { loadTimeMs };
}

/** How many operations the load has, if that is known beforehand. */
export function opsOf({ ops, workload }: RunOptions): number | undefined {
  if (workload.kind !== "replay" || workload.rounds === 0) return ops;
  return Math.min(ops ?? Infinity, workload.rounds * traceOf(workload).operations);
}

/**
 * The operations per second that begin in an open loop: those that are asked for, or the mean of a trace that is
 * replayed at a multiple of its speed; `undefined` in a closed loop.
 */
export function rateOf({ ratePerSec, workload }: RunOptions): number | undefined {
  if (workload.kind !== "replay" || workload.speed === undefined) return ratePerSec;
  const trace = traceOf(workload);
  return trace.operations * workload.speed / roundUs(trace) * 1e6;
}

/** The options as load workers are told them: only of what ends the load, and at the rate that it really has. */
export function loadOptionsOf(options: RunOptions) {
  const { ops: _ops, loadTimeMs: _loadTimeMs, ratePerSec: _ratePerSec, ...others } = options;
  return { ...others, ...loadEndOf(options), ...given({ ratePerSec: rateOf(options) }) };
}
