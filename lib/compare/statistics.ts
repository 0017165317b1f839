/**
 * Room of the statistics: what a few repeats of one measurement say together. Pure functions of numbers; the reports of
 * repeats and of comparisons enter.
 *
 * @module
 */
import { max, median, min, quantile, sampleWithReplacement } from "simple-statistics";
import { Rng } from "../load/rng.ts";

/** A range, both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What the repeats of one figure say together, in the figure's own unit. */
export interface SampleSummary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Where the median lies, with 95% confidence; absent for a single sample, which says nothing of it. */
  readonly interval?: Interval;
}

/**
 * Sums up the samples of one figure.
 *
 * @param samples at least one finite number, in any order
 */
export function summarize(samples: readonly number[]): SampleSummary {
  const summary = { median: median(samples), min: min(samples), max: max(samples) };
  return samples.length < 2 ? summary : { ...summary, interval: medianInterval(samples) };
}

/** How many times {@linkcode medianInterval} draws. */
const RESAMPLES = 10_000;
/** The ends of the middle 95%. */
const INTERVAL_ENDS = [0.025, 0.975];
/** Seeds the draws. Any seed does, as long as it stays the same. */
const RESAMPLING_SEED = 0;
const TWO_TO_32 = 2 ** 32;

/**
 * The 95% bootstrap interval of the median, by percentiles: Efron and Tibshirani, "An Introduction to the Bootstrap"
 * (1993), chapter 13. It draws as many samples as there are, with replacement, 10,000 times, and takes the middle 95% of
 * the medians. The draws are the same each time, so the same samples in any order have the same interval.
 *
 * With up to 5 samples it reaches from the least to the greatest. Even that range misses the true median in 2 of 2^n
 * cases, since all n samples may fall on one side of it: 1 in 4 for 3 samples, and below 1 in 20 only from 6 on.
 *
 * @param samples at least one finite number
 */
export function medianInterval(samples: readonly number[]): Interval {
  const sorted = samples.toSorted((a, b) => a - b);
  const rng = new Rng(RESAMPLING_SEED);
  const fraction = () => (rng.next() >>> 0) / TWO_TO_32;
  const medians = Array.from(
    { length: RESAMPLES },
    () => median(sampleWithReplacement(sorted, sorted.length, fraction)),
  );
  const [low = NaN, high = NaN] = quantile(medians, INTERVAL_ENDS);
  return { low, high };
}
