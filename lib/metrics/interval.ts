/**
 * The interval histogram: summarizes what several growing histograms have counted since they were last read. It is read
 * repeatedly while the load runs on the same processors, so it avoids a library that would allocate a histogram for
 * each reading.
 *
 * @module
 */
import { type BucketCounts, bucketStart, HISTOGRAM_BUCKETS } from "./histogram.ts";
import type { Summary } from "./summaries.ts";

const PERCENTS = [50, 90, 99, 99.9] as const;

/** Summarizes how much histograms have grown from one reading to the next. */
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
 * Summarizes the difference between `now` and `before`. The figures are the same as those of `summaries.ts`: a
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
  return start + ((bucketStart(bucket + 1) - start) >> 1);
}
