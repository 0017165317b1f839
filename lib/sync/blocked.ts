/**
 * The blocked time: how long a thread has waited for others.
 *
 * @module
 */

/** A kind of wait that a backend can tell of. */
export interface NamedWait {
  /** In snake_case; reports call it `blocked_on_NAME`. */
  readonly name: string;
  readonly time: BlockedTime;
}

/** Time waited by the name of the wait, in milliseconds. */
export type WaitTimes = Readonly<Record<string, number>>;

/** Time that the thread to which this belongs has spent asleep at one kind of place. Not shared: each thread has its own. */
export class BlockedTime {
  /** In milliseconds. */
  ms = 0;

  /** Counts the time since then, in milliseconds of `performance.now()`. */
  addSince(startedAtMs: number): void {
    this.ms += performance.now() - startedAtMs;
  }
}
