/**
 * The blocked time: how long a thread has waited for others.
 *
 * @module
 */

/** Time that the thread to which this belongs has spent asleep at one kind of place. Not shared: each thread has its own. */
export class BlockedTime {
  /** In milliseconds. */
  ms = 0;

  /** Counts the time since then, in milliseconds of `performance.now()`. */
  addSince(startedAtMs: number): void {
    this.ms += performance.now() - startedAtMs;
  }
}
