/**
 * The load patterns: how long a load worker waits after each operation.
 *
 * @module
 */
import { Phase } from "../sync/phase.ts";
import { WAIT_ASKED_MS, WAITED_MS, WAITS } from "./load_meter.ts";
import type { Rng } from "./rng.ts";

/** The names of the patterns, in the order shown to users. */
export const PATTERN_NAMES = ["consistent", "bursty", "unthrottled"] as const;

/** How the operations of a load worker are spaced. */
export type PatternName = typeof PATTERN_NAMES[number];

/** One load worker's waits. */
export interface Pattern {
  /** Waits as the pattern says; returns at once when the run stops. */
  pause(): void;
}

/** What a pattern works with. */
export interface PatternParts {
  readonly phase: Phase;
  /** A wait ends early when the run is no longer in this phase. */
  readonly during: number;
  /** Random numbers of the waits alone, apart from the operations'. */
  readonly rng: Rng;
  /** The thread's counts in the load meter, where the waits are counted. */
  readonly counts: Float64Array<SharedArrayBuffer>;
}

/** Creates a load worker's pattern. */
export function createPattern(name: PatternName, parts: PatternParts): Pattern {
  switch (name) {
    case "consistent":
      return new ConsistentPattern(parts);
    case "bursty":
      return new BurstyPattern(parts);
    case "unthrottled":
      return new UnthrottledPattern();
  }
}

/** 1 to 20 µs after every operation. */
class ConsistentPattern implements Pattern {
  readonly #parts: PatternParts;

  constructor(parts: PatternParts) {
    this.#parts = parts;
  }

  pause(): void {
    sleepUs(this.#parts, 1 + this.#parts.rng.below(20));
  }
}

/** 60 to 200 ms after 5% of the operations, 10 to 20 µs after the others. */
class BurstyPattern implements Pattern {
  readonly #parts: PatternParts;

  constructor(parts: PatternParts) {
    this.#parts = parts;
  }

  pause(): void {
    const { rng } = this.#parts;
    if (rng.below(100) < 5) sleepUs(this.#parts, 60_000 + rng.below(140_001));
    else sleepUs(this.#parts, 10 + rng.below(11));
  }
}

/** No wait. */
class UnthrottledPattern implements Pattern {
  pause(): void {}
}

/** Sleeps, but not past the end of the phase. Linux makes short sleeps some 60 µs longer (timer slack). */
function sleepUs({ phase, during, counts }: PatternParts, durationUs: number): void {
  const startedAtMs = performance.now();
  Atomics.wait(phase.words, Phase.INDEX, during, durationUs / 1000);
  counts[WAITS]!++;
  counts[WAIT_ASKED_MS]! += durationUs / 1000;
  counts[WAITED_MS]! += performance.now() - startedAtMs;
}
