/**
 * A clock that all workers share.
 *
 * @module
 */
import { ORIGIN_MS, sharedNowMs } from "./shared_time.ts";

/** What {@linkcode Clock.attach} needs; structured-cloneable. */
export interface ClockHandle {
  /** When the shared time was zero, in milliseconds of the shared time. */
  readonly originMs: number;
}

/**
 * Milliseconds since the run's zero; monotonic within a thread, and the same in all threads to about a microsecond.
 *
 * `performance.now()` counts from each worker's own start, of which the shared time knows when it was. Using our own
 * zero keeps the sum small enough for a float64 to hold it to the nanosecond.
 */
export class Clock {
  readonly #originMs: number;
  readonly #offsetMs: number;

  private constructor(originMs: number) {
    this.#originMs = originMs;
    this.#offsetMs = ORIGIN_MS - originMs;
  }

  /** A clock whose zero is now. */
  static create(): Clock {
    return new Clock(sharedNowMs());
  }

  static attach(handle: ClockHandle): Clock {
    return new Clock(handle.originMs);
  }

  handle(): ClockHandle {
    return { originMs: this.#originMs };
  }

  /**
   * The current time, in milliseconds. A call costs about as much as a put, so sample rather than time every operation.
   */
  nowMs(): number {
    return performance.now() + this.#offsetMs;
  }
}
