/**
 * Starting a worker, which takes a thread that the system may refuse.
 *
 * @module
 */
import { reasonOf } from "../persist/persist_error.ts";

/** EAGAIN, as Linux and macOS number it. */
const TRY_AGAIN = /\(os error (11|35)\)/;

/**
 * Starts a worker.
 *
 * @param name what it is called in an error, such as "load worker 3 of 8"
 * @throws {Error} when the system does not grant its thread, or it cannot be started for another reason
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
