/**
 * Summarizes a histogram in a few numbers, for the main thread's reports.
 *
 * @module
 */
import type { Histogram } from "./hdr.ts";

/** The distribution of values; each figure is accurate to three digits. */
export interface Summary {
  /** How many values there are, counted by weight. */
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** The value that this percentage of all values does not exceed. */
export interface Percentile {
  /** From 0 to below 100. */
  readonly percent: number;
  readonly value: number;
}

/** Counts, and what they were at an earlier time, so that only what came since is summarized. */
export interface CountsSince {
  readonly counts: readonly Float64Array[];
  /** The earlier counts, at the same indices. */
  readonly before?: readonly Float64Array[];
}

/** Adds up histograms and summarizes them; `undefined` if they are empty. The first call loads the library. */
export async function summarize({ counts, before }: CountsSince): Promise<Summary | undefined> {
  const { hdrOf } = await import("./hdr.ts");
  return summaryOf(hdrOf(counts, before));
}

/** Summarizes an HdrHistogram; `undefined` if it is empty. */
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

/** The shares of values above the percentiles of the first decade; each further decade has a tenth of these. */
const SHARES_ABOVE = [1, 0.5, 0.2] as const;

/**
 * The percentiles of an HdrHistogram at which the share of values above is 1, 0.5 or 0.2 times a power of ten: 0, 50,
 * 80, 90, 95, 98, 99, 99.5 and so on, until fewer than one value is above.
 */
export function percentilesOf(histogram: Histogram): Percentile[] {
  const percentiles: Percentile[] = [];
  for (let power = 0; 10 ** power <= histogram.totalCount; power++) {
    for (const share of SHARES_ABOVE) {
      if (share * histogram.totalCount < 10 ** power) break;
      // Rounded, so that the float is exactly what 99.98, for example, is parsed as.
      const percent = Number((100 - 100 * share / 10 ** power).toFixed(power + 1));
      percentiles.push({ percent, value: histogram.getValueAtPercentile(percent) });
    }
  }
  return percentiles;
}
