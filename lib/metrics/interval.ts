/**
 * The interval histogram: what several growing histograms have counted since they were last looked at, and what that
 * says. It is read again and again while the load runs, beside it on the same processors, so it makes do without a
 * library that allocates a histogram of its own for each reading.
 *
 * @module
 */
import { type BucketCounts, bucketStart, HISTOGRAM_BUCKETS } from "./histogram.ts";
import type { Summary } from "./summaries.ts";

const PERCENTS = [50, 90, 99, 99.9] as const;

/** The difference that histograms make from one reading to the next. */
export class IntervalHistogram {
  /** Sums over all histograms, at the last reading and at this one. */
  #before = new Float64Array(HISTOGRAM_BUCKETS);
  #now = new Float64Array(HISTOGRAM_BUCKETS);

  /** What the histograms have counted since the last reading, summed up; `undefined` when that is nothing. */
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
 * The summary of what `now` counts beyond `before`. Values and percentiles are those that `summaries.ts` would give: a
 * percentile is the greatest number of the first bucket up to which that share of the values lies, the mean takes the
 * middle of each bucket.
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

/** How many values lie at or below a percentile: rounded up, but not for what the division has added, as HdrHistogram does. */
function rank(percent: number, count: number): number {
  const exact = percent / 100 * count;
  return Math.max(1, Math.ceil(exact - exact * Number.EPSILON));
}

function middleOf(bucket: number): number {
  const start = bucketStart(bucket);
  return start + ((bucketStart(bucket + 1) - start) >> 1);
}
