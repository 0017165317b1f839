/**
 * Load patterns: how long a load worker waits after each operation.
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
  /** Length of the next wait in microseconds, for a caller that does the waiting itself; 0 for none. */
  nextWaitUs(): number;
  /** Records a wait: how long it was meant to last, in microseconds, and how long it did, in milliseconds. */
  count(askedUs: number, waitedMs: number): void;
}

/** What a pattern works with. */
interface PatternParts {
  readonly phase: Phase;
  /** A wait ends early when the run leaves this phase. */
  readonly during: number;
  /** Random numbers for the waits alone, separate from the operations'. */
  readonly rng: Rng;
  /** The thread's counts in the load meter, where the waits are recorded. */
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

/** What the waiting patterns have in common. */
abstract class WaitingPattern implements Pattern {
  protected readonly parts: PatternParts;

  constructor(parts: PatternParts) {
    this.parts = parts;
  }

  abstract nextWaitUs(): number;

  /** Does not wait past the end of the phase. Linux makes short sleeps some 60 µs longer (timer slack). */
  pause(): void {
    const { phase, during } = this.parts;
    const durationUs = this.nextWaitUs();
    const startedAtMs = performance.now();
    Atomics.wait(phase.words, Phase.INDEX, during, durationUs / 1000);
    this.count(durationUs, performance.now() - startedAtMs);
  }

  count(askedUs: number, waitedMs: number): void {
    const { counts } = this.parts;
    counts[WAITS]!++;
    counts[WAIT_ASKED_MS]! += askedUs / 1000;
    counts[WAITED_MS]! += waitedMs;
  }
}

/** 1 to 20 µs after every operation. */
class ConsistentPattern extends WaitingPattern {
  override nextWaitUs(): number {
    return 1 + this.parts.rng.below(20);
  }
}

/** 60 to 200 ms after 5% of the operations, 10 to 20 µs after the others. */
class BurstyPattern extends WaitingPattern {
  override nextWaitUs(): number {
    const { rng } = this.parts;
    return rng.below(100) < 5 ? 60_000 + rng.below(140_001) : 10 + rng.below(11);
  }
}

/** No wait. */
class UnthrottledPattern implements Pattern {
  pause(): void {}

  nextWaitUs(): number {
    return 0;
  }

  count(): void {}
}
