/**
 * The upper bound that a configuration guarantees on the writes at risk.
 *
 * @module
 */
import type { PersistencePolicy } from "./policy.ts";
import type { SweepCounts } from "./flusher.ts";

/** The most that a configuration puts at risk; what it does not bound is absent. */
export interface ExposureBound {
  readonly writes?: number;
  /** Age of the oldest write at risk, in milliseconds. */
  readonly ageMs?: number;
}

/**
 * The bound that a policy implies. The synchronous policy bounds nothing: a shard is written at its next put, which may
 * never come. A queue bounds the number of writes, but not how long they take. Sweeps bound the time, but not how many
 * writes fall in it. A commit leaves nothing at risk.
 *
 * @param threads number of load workers, each of which may hold one more write while it waits for room in the queue
 * @param sweeps the periodic policy's sweeps; a long one extends the bound
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
