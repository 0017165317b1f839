/**
 * What a configuration promises about the writes at risk.
 *
 * @module
 */
import type { PersistencePolicy } from "./policy.ts";
import type { SweepCounts } from "./sweeper.ts";

/** The most that a configuration puts at risk; a part that it does not bound is absent. */
export interface ExposureBound {
  readonly writes?: number;
  /** Age of the oldest write at risk, in milliseconds. */
  readonly ageMs?: number;
}

/**
 * The bound that a policy implies. A synchronous shard is written at its next put, which may never come; a queue bounds
 * the writes, but not how long they take; sweeps bound the time, but not the writes in it; a
 * commit leaves nothing at risk.
 *
 * @param threads load workers, each of which may wait at the full queue with one more write
 * @param sweeps of the periodic policy: a sweep that takes long extends its bound
 */
export function exposureBound(policy: PersistencePolicy, threads: number, sweeps?: SweepCounts): ExposureBound {
  switch (policy.kind) {
    case "synchronous":
      return {};
    case "asynchronous":
      return { writes: policy.queueDepth + threads };
    case "periodic": {
      const sweepMs = sweeps?.sweepMsMax ?? 0;
      return { ageMs: Math.max(policy.periodMs, sweepMs) + sweepMs };
    }
    case "commit":
      return { writes: 0, ageMs: 0 };
  }
}
