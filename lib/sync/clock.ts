/**
 * The clock: one time that all workers share.
 *
 * @module
 */

/** What {@linkcode Clock.attach} needs; structured-cloneable. */
export interface ClockHandle {
  /** Zero of the shared time, in milliseconds since the epoch. */
  readonly originMs: number;
}

/**
 * Milliseconds since the run's own zero, monotonic within a thread and the same in every thread to about a microsecond.
 *
 * `performance.now()` counts from each worker's own start; `performance.timeOrigin` says when that was. Counting from
 * a zero of our own keeps the sum small, so that a float64 holds it to the nanosecond.
 */
export class Clock {
  readonly #originMs: number;
  readonly #offsetMs: number;

  private constructor(originMs: number) {
    this.#originMs = originMs;
    this.#offsetMs = performance.timeOrigin - originMs;
  }

  /** A clock whose zero is now. */
  static create(): Clock {
    return new Clock(performance.timeOrigin + performance.now());
  }

  static attach(handle: ClockHandle): Clock {
    return new Clock(handle.originMs);
  }

  handle(): ClockHandle {
    return { originMs: this.#originMs };
  }

  /** The time, in milliseconds. A call costs about as much as a put: sample, do not time every operation. */
  nowMs(): number {
    return performance.now() + this.#offsetMs;
  }
}
