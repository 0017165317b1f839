/**
 * A histogram in a few numbers, for the main thread's reports.
 *
 * @module
 */
import type { Histogram } from "./hdr.ts";

/** How values were spread; all of them to three digits. */
export interface Summary {
  /** How many values, by their weights. */
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Counts and what they were at an earlier time, so that only what came since is summed up. */
export interface CountsSince {
  readonly counts: readonly Float64Array[];
  /** At the index of the counts that they were. */
  readonly before?: readonly Float64Array[];
}

/** Adds up histograms, and says what they hold; `undefined` when they are empty. Loads the library at its first call. */
export async function summarize({ counts, before }: CountsSince): Promise<Summary | undefined> {
  const { hdrOf } = await import("./hdr.ts");
  return summaryOf(hdrOf(counts, before));
}

/** What an HdrHistogram holds; `undefined` when it is empty. */
export function summaryOf(histogram: Histogram): Summary | undefined {
  if (histogram.totalCount === 0) return undefined;
  return {
    count: histogram.totalCount,
    min: histogram.getValueAtPercentile(0),
    mean: histogram.mean,
    p50: histogram.getValueAtPercentile(50),
    p90: histogram.getValueAtPercentile(90),
    p99: histogram.getValueAtPercentile(99),
    p999: histogram.getValueAtPercentile(99.9),
    max: histogram.maxValue,
  };
}
