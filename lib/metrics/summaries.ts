/**
 * Summarizes histograms in a few numbers, for the main thread's reports: as a whole, or what has come since a moment
 * ago.
 *
 * @module
 */
import { bucketStart, HISTOGRAM_BUCKETS } from "./histogram.ts";

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

/**
 * Adds up histograms and summarizes them, or what has come since they had the counts of `before`, at the same indices;
 * `undefined` if that is nothing.
 */
export function summarize(
  counts: readonly Float64Array[],
  before: readonly Float64Array[] = [],
): Summary | undefined {
  return summarizeGrowth(sumOf(counts), sumOf(before));
}

/** The shares of values above the percentiles of the first decade; each further decade has a tenth of these. */
const SHARES_ABOVE = [1, 0.5, 0.2] as const;

/**
 * The percentiles of histograms, added up, at which the share of values above is 1, 0.5 or 0.2 times a power of ten: 0,
 * 50, 80, 90, 95, 98, 99, 99.5 and so on, until fewer than one value is above.
 */
export function percentilesOf(histograms: readonly Float64Array[]): Percentile[] {
  const counts = sumOf(histograms);
  const count = counts.reduce((sum, ofBucket) => sum + ofBucket, 0);
  const percents: number[] = [];
  for (let power = 0; 10 ** power <= count; power++) {
    for (const share of SHARES_ABOVE) {
      if (share * count < 10 ** power) break;
      // Rounded, so that the float is exactly what 99.98, for example, is parsed as.
      percents.push(Number((100 - 100 * share / 10 ** power).toFixed(power + 1)));
    }
  }
  const values = valuesAt(percents, count, counts, NOTHING);
  return percents.map((percent, i) => ({ percent, value: values[i]! }));
}

const PERCENTS = [0, 50, 90, 99, 99.9] as const;

const NOTHING = new Float64Array(HISTOGRAM_BUCKETS);

/**
 * Summarizes how much histograms have grown from one reading to the next. It is read repeatedly while the load runs on
 * the same processors, so it allocates no histogram for a reading.
 */
export class IntervalHistogram {
  /** Sums over all histograms, at the previous reading and at this one. */
  #before = new Float64Array(HISTOGRAM_BUCKETS);
  #now = new Float64Array(HISTOGRAM_BUCKETS);

  /** A summary of what the histograms have counted since the last reading; `undefined` if they have counted nothing. */
  read(histograms: readonly Float64Array[]): Summary | undefined {
    [this.#before, this.#now] = [this.#now, this.#before];
    this.#now.fill(0);
    for (const counts of histograms) addCounts(this.#now, counts);
    return summarizeGrowth(this.#now, this.#before);
  }
}

function sumOf(histograms: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(HISTOGRAM_BUCKETS);
  for (const counts of histograms) addCounts(sums, counts);
  return sums;
}

function addCounts(sums: Float64Array, counts: Float64Array): void {
  for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) sums[bucket]! += counts[bucket]!;
}

/**
 * Summarizes the difference between `now` and `before`. The figures are the same as those of Gil Tene's HdrHistogram: a
 * percentile is the greatest number of the first bucket at which that share of the values is reached, and the mean uses
 * the middle of each bucket.
 */
function summarizeGrowth(now: Float64Array, before: Float64Array): Summary | undefined {
  let count = 0, sum = 0, last = -1;
  for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
    const grown = now[bucket]! - before[bucket]!;
    if (grown === 0) continue;
    last = bucket;
    count += grown;
    sum += grown * middleOf(bucket);
  }
  if (count === 0) return undefined;
  const [min = 0, p50 = 0, p90 = 0, p99 = 0, p999 = 0] = valuesAt(PERCENTS, count, now, before);
  return { count, min, mean: sum / count, p50, p90, p99, p999, max: bucketStart(last + 1) - 1 };
}

/** The values at ascending percentiles of the `count` values by which `now` has grown: the least one for 0. */
function valuesAt(percents: readonly number[], count: number, now: Float64Array, before: Float64Array): number[] {
  const values: number[] = [];
  let seen = 0;
  for (let bucket = 0; bucket < HISTOGRAM_BUCKETS && values.length < percents.length; bucket++) {
    seen += now[bucket]! - before[bucket]!;
    while (values.length < percents.length && seen >= rank(percents[values.length]!, count)) {
      values.push(percents[values.length] === 0 ? bucketStart(bucket) : bucketStart(bucket + 1) - 1);
    }
  }
  return values;
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
