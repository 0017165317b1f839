/**
 * Summarizes a few repeats of one measurement. Pure functions of numbers.
 *
 * @module
 */
import { max, median, min } from "simple-statistics";

/** A range, both ends inclusive. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A summary of the repeats of one figure, in the figure's own unit. */
export interface SampleSummary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Where the median lies, with at least 95% confidence; absent if there are too few samples to tell. */
  readonly interval?: Interval;
}

/**
 * Summarizes the samples of one figure.
 *
 * @param samples at least one finite number, in any order
 */
export function summarize(samples: readonly number[]): SampleSummary {
  const summary = { median: median(samples), min: min(samples), max: max(samples) };
  const interval = medianInterval(samples);
  return interval === undefined ? summary : { ...summary, interval };
}

/** How often an interval must cover the median. */
const CONFIDENCE = 0.95;

/** With fewer samples there is no such interval: the range of 5 samples covers the median only 93.75% of the time. */
export const INTERVAL_SAMPLES_MIN = 6;

/**
 * The narrowest interval between two samples that covers the median of the underlying distribution, whatever that is,
 * with at least 95% confidence: as many samples as possible are left out at either end. Of n samples, k or fewer fall
 * on one side of the median with the probability of k or fewer heads in n tosses of a coin (David and Nagaraja, "Order
 * Statistics", 2003, section 7.1).
 *
 * @param samples finite numbers, in any order
 * @returns `undefined` for fewer than {@linkcode INTERVAL_SAMPLES_MIN} samples
 */
export function medianInterval(samples: readonly number[]): Interval | undefined {
  const sorted = samples.toSorted((a, b) => a - b);
  const n = sorted.length;
  let leftOut = -1;
  // The probability of exactly `leftOut + 1` heads, and of at most that many.
  let ways = 0.5 ** n;
  for (let atMost = ways; atMost <= (1 - CONFIDENCE) / 2; atMost += ways) {
    leftOut++;
    ways *= (n - leftOut) / (leftOut + 1);
  }
  const low = sorted[leftOut];
  const high = sorted[n - 1 - leftOut];
  return leftOut < 0 || low === undefined || high === undefined ? undefined : { low, high };
}
