/**
 * Asks a backend how much it holds after a load.
 *
 * @module
 */
import type { Backend, PreparedBackend } from "../backend/backend_interface.ts";
import { sampledBytes } from "../load/sampled_bytes.ts";
import type { WorkloadOptions } from "../load/workload.ts";

/** How long an engine may be asked what it holds, in milliseconds. */
const ASK_MAX_MS = 10_000;

/** A backend that is asked what a load has left in it. */
export interface AskedBackend {
  readonly backend: Backend;
  readonly prepared: PreparedBackend;
  readonly workload: WorkloadOptions;
  /** Aborted to ask no longer. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * The bytes of all keys and values that the load has left in the backend's directory; `undefined` if it has none, if
 * that held others before, which nobody has counted, or if an engine does not answer in time.
 */
export async function liveBytesIn({ backend, prepared, workload, stop }: AskedBackend): Promise<number | undefined> {
  if (prepared.liveBytes !== undefined) return prepared.liveBytes();
  if (prepared.keepsNothing || !prepared.directory?.wasEmpty || stop?.aborted) return undefined;
  const over = AbortSignal.any([AbortSignal.timeout(ASK_MAX_MS), ...(stop === undefined ? [] : [stop])]);
  const stopped = new Promise<undefined>((resolve) => over.addEventListener("abort", () => resolve(undefined)));
  return await Promise.race([stopped, askLiveBytes(backend, prepared, workload)]);
}

async function askLiveBytes(
  backend: Backend,
  { target }: PreparedBackend,
  workload: WorkloadOptions,
): Promise<number | undefined> {
  try {
    const connection = await backend.connect(target, 0);
    try {
      return await sampledBytes(workload, (key, out) => connection.get(key, out));
    } finally {
      await connection.close();
    }
  } catch {
    return undefined;
  }
}
