/**
 * Room of the load patterns: how long a load worker waits after each operation.
 *
 * @module
 */
import { Phase, RUNNING } from "../sync/phase.ts";
import { Rng } from "./rng.ts";

/** The names of the patterns, in the order shown to users. */
export const PATTERN_NAMES = ["consistent", "bursty", "unthrottled"] as const;

/** How the operations of a load worker are spaced. */
export type PatternName = typeof PATTERN_NAMES[number];

/** One load worker's waits. */
export interface Pattern {
  /** Waits as the pattern says; returns at once when the run stops. */
  pause(): void;
}

/** Creates a load worker's pattern. The random numbers are those of the waits alone, apart from the operations'. */
export function createPattern(name: PatternName, phase: Phase, rng: Rng): Pattern {
  switch (name) {
    case "consistent":
      return new ConsistentPattern(phase, rng);
    case "bursty":
      return new BurstyPattern(phase, rng);
    case "unthrottled":
      return new UnthrottledPattern();
  }
}

/** 1 to 20 µs after every operation. */
class ConsistentPattern implements Pattern {
  readonly #phase: Phase;
  readonly #rng: Rng;

  constructor(phase: Phase, rng: Rng) {
    this.#phase = phase;
    this.#rng = rng;
  }

  pause(): void {
    sleepUs(this.#phase, 1 + this.#rng.below(20));
  }
}

/** 60 to 200 ms after 5% of the operations, 10 to 20 µs after the others. */
class BurstyPattern implements Pattern {
  readonly #phase: Phase;
  readonly #rng: Rng;

  constructor(phase: Phase, rng: Rng) {
    this.#phase = phase;
    this.#rng = rng;
  }

  pause(): void {
    const rng = this.#rng;
    if (rng.below(100) < 5) sleepUs(this.#phase, 60_000 + rng.below(140_001));
    else sleepUs(this.#phase, 10 + rng.below(11));
  }
}

/** No wait. */
class UnthrottledPattern implements Pattern {
  pause(): void {}
}

/** Sleeps, but not past the end of the run. Linux makes short sleeps some 60 µs longer (timer slack). */
function sleepUs(phase: Phase, durationUs: number): void {
  Atomics.wait(phase.words, Phase.INDEX, RUNNING, durationUs / 1000);
}
