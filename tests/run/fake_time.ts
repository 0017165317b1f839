/**
 * The fake time: `performance.now()` and timers that go on only when a test says so.
 *
 * @module
 */

/** Takes the place of the real time until it is disposed of. */
export class FakeTime implements Disposable {
  #nowMs = 1000;
  #lastTimer = 0;
  readonly #timers = new Map<number, { atMs: number; run: () => void }>();
  readonly #real = { now: performance.now, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

  /** @param lateness gives how long a timer really takes of how long it is asked for */
  constructor(lateness: (delayMs: number) => number = (delayMs) => delayMs) {
    performance.now = () => this.#nowMs;
    globalThis.setTimeout = ((run: () => void, delayMs = 0) => {
      this.#timers.set(++this.#lastTimer, { atMs: this.#nowMs + lateness(delayMs), run });
      return this.#lastTimer;
    }) as unknown as typeof globalThis.setTimeout;
    globalThis.clearTimeout = (timer) => void this.#timers.delete(Number(timer));
  }

  /** Lets time pass, and what is due by then run, each at its own moment. */
  pass(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.atMs - b.atMs);
      if (next === undefined || next[1].atMs > endMs) break;
      this.#timers.delete(next[0]);
      this.#nowMs = next[1].atMs;
      next[1].run();
    }
    this.#nowMs = endMs;
  }

  /** Lets time pass with nothing run; what is due by then runs at the end of it. */
  standStill(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (const timer of this.#timers.values()) timer.atMs = Math.max(timer.atMs, endMs);
    this.pass(durationMs);
  }

  [Symbol.dispose](): void {
    performance.now = this.#real.now;
    globalThis.setTimeout = this.#real.setTimeout;
    globalThis.clearTimeout = this.#real.clearTimeout;
  }
}
