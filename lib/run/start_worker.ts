/**
 * Starts workers, handling the case that the system refuses a thread.
 *
 * @module
 */
import { reasonOf } from "../system/persist_error.ts";

/** EAGAIN, as numbered on Linux and macOS. */
const TRY_AGAIN = /\(os error (11|35)\)/;

/**
 * Starts a worker.
 *
 * @param name what errors call it, such as "load worker 3 of 8"
 * @throws {Error} when the system refuses a thread, or the worker cannot be started for another reason
 */
export function startWorker(create: () => Worker, name: string): Worker {
  try {
    return create();
  } catch (error) {
    const reason = reasonOf(error);
    const hint = TRY_AGAIN.test(reason) ? "the system grants no more threads (ulimit -u, pids.max): " : "";
    throw new Error(`Cannot start ${name}: ${hint}${reason}`, { cause: error });
  }
}
