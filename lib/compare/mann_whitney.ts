/**
 * Tests whether two sets of repeats differ by more than chance explains. Pure functions of numbers.
 *
 * @module
 */
import { errorFunction, sum } from "simple-statistics";

/** Up to this many samples in both sets together, the test counts every way to divide them. */
const EXACT_SAMPLES_MAX = 50;

/** The result of the test. */
export interface MannWhitneyResult {
  /**
   * Of all pairs with one sample from each set, the number in which the first set's is greater; ties count one half.
   */
  readonly u: number;
  /** How often chance alone would put the two at least this far apart, if both measured the same thing. */
  readonly pValue: number;
}

/**
 * The two-sided Mann–Whitney U test, also known as Wilcoxon's rank-sum test: Mann and Whitney, "On a Test of Whether
 * one of Two Random Variables is Stochastically Larger than the Other" (1947). It uses only the order of the samples,
 * so the noise may have any distribution.
 *
 * Up to 50 samples together, the p-value is exact, with or without ties: all divisions of the pooled samples into sets
 * of these sizes are counted, and p is the share of those whose rank sum is at least as far from its mean. Above that
 * it is the normal approximation, corrected for ties and continuity, as in Lehmann, "Nonparametrics: Statistical
 * Methods Based on Ranks" (1975), chapter 1.
 *
 * @param first at least one finite number
 * @param second at least one finite number
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitneyResult {
  const pooled = [...first, ...second];
  const sorted = pooled.toSorted((a, b) => a - b);
  // A sample's rank is its place in sorted order, counted from 1; equal samples share the mean of their places.
  // Doubled, ranks are whole numbers.
  const doubledRanks = pooled.map((sample) => sorted.indexOf(sample) + sorted.lastIndexOf(sample) + 2);
  const doubledRankSum = sum(doubledRanks.slice(0, first.length));
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
  for (const [rankSum, count] of divisions.entries()) {
    all += count;
    if (Math.abs(rankSum - doubledMean) >= distance) asFar += count;
  }
  return asFar / all;
}

/**
 * For each sum, at its index, how many ways there are to choose the given number of ranks that add up to it. This is
 * the shift algorithm of Streitberg and Röhmel, "Exact Distributions for Permutation and Rank Tests" (1986): every rank
 * is added to all choices of the ranks before it.
 */
function divisionsByRankSum(ranks: readonly number[], chosen: number): Float64Array {
  const sumMax = sum(ranks);
  const none = new Float64Array(sumMax + 1);
  none[0] = 1;
  const byChosen = [none, ...Array.from({ length: chosen }, () => new Float64Array(sumMax + 1))];
  for (const rank of ranks) {
    for (let count = chosen; count > 0; count--) {
      const without = byChosen[count - 1]!;
      const having = byChosen[count]!;
      for (let rankSum = rank; rankSum <= sumMax; rankSum++) having[rankSum]! += without[rankSum - rank]!;
    }
  }
  return byChosen[chosen]!;
}

function normalPValue(sorted: readonly number[], firstCount: number, u: number): number {
  const all = sorted.length;
  const pairs = firstCount * (all - firstCount);
  // Sum of t^3 - t over the groups of t equal samples: each of a group's samples adds t^2 - 1.
  const ties = sum(sorted.map((sample) => (sorted.lastIndexOf(sample) - sorted.indexOf(sample) + 1) ** 2 - 1));
  const variance = pairs / 12 * (all + 1 - ties / (all * (all - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(u - pairs / 2) - 0.5);
  // The library's approximation of the error function is off by some 1e-8 at 0.
  return Math.min(1, 1 - errorFunction(distance / Math.sqrt(2 * variance)));
}

/**
 * The lowest p-value that sets of these sizes can reach: when all samples of one lie on the same side of the other's.
 */
export function leastPValue(firstCount: number, secondCount: number): number {
  let divisions = 1;
  for (let i = 1; i <= firstCount; i++) divisions *= (secondCount + i) / i;
  return Math.min(1, 2 / divisions);
}

/** The least number of samples in each set with which a p-value can fall below the level. */
export function samplesNeeded(level: number): number {
  let samples = 1;
  while (leastPValue(samples, samples) >= level) samples++;
  return samples;
}
