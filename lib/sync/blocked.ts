/**
 * Blocked time: how long a thread has waited for others.
 *
 * @module
 */

/** A kind of wait that a backend reports. */
export interface NamedWait {
  /** In snake_case; reports call it `blocked_on_NAME`. */
  readonly name: string;
  readonly time: BlockedTime;
}

/** Time waited, in milliseconds, by the name of the wait. */
export type WaitTimes = Readonly<Record<string, number>>;

/** Time that a thread has spent in one kind of wait. Not shared: each thread has its own. */
export class BlockedTime {
  /** In milliseconds. */
  ms = 0;

  /** Adds the time since `startedAtMs`, in milliseconds of `performance.now()`. */
  addSince(startedAtMs: number): void {
    this.ms += performance.now() - startedAtMs;
  }
}
