/**
 * Tests whether two sets of repeats differ by more than chance explains. Pure functions of numbers.
 *
 * @module
 */
import { errorFunction } from "simple-statistics";

/** Up to so many samples in both sets together, the test counts every way to divide them. */
const EXACT_SAMPLES_MAX = 50;

/** What the test found. */
export interface MannWhitneyResult {
  /** Of all pairs of a sample of each set, those in which the first set's is the greater; ties count one half. */
  readonly u: number;
  /** How often chance alone would set the two at least this far apart, if they were measurements of the same thing. */
  readonly pValue: number;
}

/**
 * The two-sided Mann–Whitney U test, which is Wilcoxon's rank-sum test: Mann and Whitney, "On a Test of Whether one of Two
 * Random Variables is Stochastically Larger than the Other" (1947). It asks only for the order of the samples, so noise of
 * any shape may enter.
 *
 * Up to 50 samples together the p-value is exact, ties or not: all divisions of the pooled samples into sets of these
 * sizes are counted, and p is the share of those whose rank sum is at least as far from its mean. Above that it is the
 * normal approximation, corrected for ties and continuity, as in Lehmann, "Nonparametrics: Statistical Methods Based on
 * Ranks" (1975), chapter 1.
 *
 * @param first at least one finite number
 * @param second at least one finite number
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitneyResult {
  const pooled = [...first, ...second];
  const sorted = pooled.toSorted((a, b) => a - b);
  // A sample's rank is its place in order, counted from 1; equal samples share the mean of their places. Doubled, it is whole.
  const doubledRanks = pooled.map((sample) => sorted.indexOf(sample) + sorted.lastIndexOf(sample) + 2);
  const doubledRankSum = sumOf(doubledRanks.slice(0, first.length));
  const u = doubledRankSum / 2 - first.length * (first.length + 1) / 2;
  const pValue = pooled.length <= EXACT_SAMPLES_MAX
    ? exactPValue(doubledRanks, first.length, doubledRankSum)
    : normalPValue(sorted, first.length, u);
  return { u, pValue };
}

function exactPValue(doubledRanks: readonly number[], firstCount: number, doubledRankSum: number): number {
  const divisions = divisionsByRankSum(doubledRanks, firstCount);
  const doubledMean = firstCount * (doubledRanks.length + 1);
  const distance = Math.abs(doubledRankSum - doubledMean);
  let all = 0, asFar = 0;
  for (const [sum, count] of divisions.entries()) {
    all += count;
    if (Math.abs(sum - doubledMean) >= distance) asFar += count;
  }
  return asFar / all;
}

/**
 * How many ways of choosing so many of the ranks there are to each sum, at the sum's index. The shift algorithm of
 * Streitberg and Röhmel, "Exact Distributions for Permutation and Rank Tests" (1986): every rank is added to all choices of
 * the ranks before it.
 */
function divisionsByRankSum(ranks: readonly number[], chosen: number): Float64Array {
  const sumMax = sumOf(ranks);
  const none = new Float64Array(sumMax + 1);
  none[0] = 1;
  const byChosen = [none, ...Array.from({ length: chosen }, () => new Float64Array(sumMax + 1))];
  for (const rank of ranks) {
    for (let count = chosen; count > 0; count--) {
      const without = byChosen[count - 1]!;
      const having = byChosen[count]!;
      for (let sum = rank; sum <= sumMax; sum++) having[sum]! += without[sum - rank]!;
    }
  }
  return byChosen[chosen]!;
}

function normalPValue(sorted: readonly number[], firstCount: number, u: number): number {
  const all = sorted.length;
  const pairs = firstCount * (all - firstCount);
  // Sum of t^3 - t over the groups of t equal samples: each of a group's samples adds t^2 - 1.
  const ties = sumOf(sorted.map((sample) => (sorted.lastIndexOf(sample) - sorted.indexOf(sample) + 1) ** 2 - 1));
  const variance = pairs / 12 * (all + 1 - ties / (all * (all - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(u - pairs / 2) - 0.5);
  // The library's approximation of the error function strays from 0 by some 1e-8.
  return Math.min(1, 1 - errorFunction(distance / Math.sqrt(2 * variance)));
}

/** The p-value of the clearest difference that sets of these sizes can show: no sample of one among those of the other. */
export function leastPValue(firstCount: number, secondCount: number): number {
  let divisions = 1;
  for (let i = 1; i <= firstCount; i++) divisions *= (secondCount + i) / i;
  return Math.min(1, 2 / divisions);
}

/** The least number of samples in each set with which a difference can have a p-value below that level. */
export function samplesNeeded(level: number): number {
  let samples = 1;
  while (leastPValue(samples, samples) >= level) samples++;
  return samples;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
