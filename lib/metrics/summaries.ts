/**
 * Summarizes histograms in a few numbers, for the main thread's reports: as a whole, or what has come since a moment
 * ago.
 *
 * @module
 */
import type { Histogram } from "./hdr.ts";
import { type BucketCounts, bucketStart, HISTOGRAM_BUCKETS } from "./histogram.ts";

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
interface Percentile {
  /** From 0 to below 100. */
  readonly percent: number;
  readonly value: number;
}

/** Counts, and what they were at an earlier time, so that only what came since is summarized. */
interface CountsSince {
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

const PERCENTS = [50, 90, 99, 99.9] as const;

/**
 * Summarizes how much histograms have grown from one reading to the next. It is read repeatedly while the load runs on
 * the same processors, so it avoids the library, which would allocate a histogram for each reading.
 */
export class IntervalHistogram {
  /** Sums over all histograms, at the previous reading and at this one. */
  #before = new Float64Array(HISTOGRAM_BUCKETS);
  #now = new Float64Array(HISTOGRAM_BUCKETS);

  /** A summary of what the histograms have counted since the last reading; `undefined` if they have counted nothing. */
  read(histograms: readonly BucketCounts[]): Summary | undefined {
    [this.#before, this.#now] = [this.#now, this.#before];
    this.#now.fill(0);
    for (const counts of histograms) addCounts(this.#now, counts);
    return summarizeGrowth(this.#now, this.#before);
  }
}

function addCounts(sums: Float64Array, counts: BucketCounts): void {
  for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) sums[bucket]! += counts[bucket]!;
}

/**
 * Summarizes the difference between `now` and `before`. The figures are the same as those of the library: a
 * percentile is the greatest number of the first bucket at which that share of the values is reached, and the mean uses
 * the middle of each bucket.
 */
function summarizeGrowth(now: Float64Array, before: Float64Array): Summary | undefined {
  let count = 0, sum = 0, first = -1, last = -1;
  for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
    const grown = now[bucket]! - before[bucket]!;
    if (grown === 0) continue;
    if (first < 0) first = bucket;
    last = bucket;
    count += grown;
    sum += grown * middleOf(bucket);
  }
  if (count === 0) return undefined;
  const percentiles: number[] = [];
  let seen = 0;
  for (let bucket = first; bucket <= last; bucket++) {
    seen += now[bucket]! - before[bucket]!;
    while (percentiles.length < PERCENTS.length && seen >= rank(PERCENTS[percentiles.length]!, count)) {
      percentiles.push(bucketStart(bucket + 1) - 1);
    }
  }
  const [p50 = 0, p90 = 0, p99 = 0, p999 = 0] = percentiles;
  return { count, min: bucketStart(first), mean: sum / count, p50, p90, p99, p999, max: bucketStart(last + 1) - 1 };
}

/**
 * How many values are at or below a percentile, rounded up, but not because of the division's rounding error; the same
 * as in HdrHistogram.
 */
function rank(percent: number, count: number): number {
  const exact = percent / 100 * count;
  return Math.max(1, Math.ceil(exact - exact * Number.EPSILON));
}

function middleOf(bucket: number): number {
  const start = bucketStart(bucket);
  return start + Math.floor((bucketStart(bucket + 1) - start) / 2);
}
