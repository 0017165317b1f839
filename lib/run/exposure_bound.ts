/**
 * Room of the exposure bound: what a configuration promises about the writes at risk.
 *
 * @module
 */
import type { PersistencePolicy } from "../persist/policy.ts";
import type { SweepCounts } from "../persist/sweeper.ts";
import type { ExposureBound } from "./result.ts";

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
