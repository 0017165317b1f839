/**
 * What a configuration promises about the writes at risk.
 *
 * @module
 */
import type { PersistencePolicy } from "../persist/policy.ts";
import type { SweepCounts } from "../persist/sweeper.ts";
import type { ExposureSummary } from "./exposure_sampler.ts";
import type { ExposureBound } from "./run_result.ts";

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

/** What was beyond a bound, each in one sentence without a period; what is kept to the millisecond is within. */
export function brokenBounds({ writes, ageMs }: ExposureBound, found: ExposureSummary): string[] {
  const broken: string[] = [];
  if (writes !== undefined && found.writes.max > writes) {
    broken.push(
      `the bound was broken: ${found.writes.max} writes were at risk at one time, ${writes} are promised at most`,
    );
  }
  if (ageMs !== undefined && found.ageMs.max > ageMs + AGE_TOLERANCE_MS) {
    const [seconds, boundSeconds] = [found.ageMs.max, ageMs].map((ms) => (ms / 1000).toFixed(3));
    broken.push(
      `the bound was broken: a write was at risk for ${seconds} s, ${boundSeconds} s are promised at most: ` +
        "the file worker did not get its turns",
    );
  }
  return broken;
}

/** Threads read their clocks a little apart, and a sweep begins a little after it is due. */
const AGE_TOLERANCE_MS = 5;
