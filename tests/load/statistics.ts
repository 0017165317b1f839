/**
 * The statistics: whether what was counted agrees with what was expected.
 *
 * @module
 */
import { assert } from "@std/assert";

/** Pearson's statistic of how far counts are from what was expected; from being equal when nothing is said. */
function chiSquare(counts: readonly number[], expected?: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count, i) => {
    const wanted = expected?.[i] ?? mean;
    return sum + (count - wanted) ** 2 / wanted;
  }, 0);
}

/** Standard deviations on each side that random counts leave once in ten thousand times. */
const DEVIATIONS = 3.9;

/**
 * Asserts that counts are as far from what was expected as chance makes them, neither farther nor nearer, by the normal
 * approximation of E. B. Wilson and M. M. Hilferty. Each count should be expected to be at least ten or so.
 */
export function assertByChance(counts: readonly number[], expected?: readonly number[]): void {
  const statistic = chiSquare(counts, expected);
  const freedom = counts.length - 1;
  const spread = 2 / (9 * freedom);
  const deviations = (Math.cbrt(statistic / freedom) - (1 - spread)) / Math.sqrt(spread);
  assert(Math.abs(deviations) < DEVIATIONS, `chi-square ${statistic} with ${freedom} degrees of freedom`);
}

/** How often each number from 0 to below `bound` comes. */
export function countNumbers(next: () => number, { draws, bound }: { draws: number; bound: number }): number[] {
  const counts = new Array<number>(bound).fill(0);
  for (let i = 0; i < draws; i++) {
    const number = next();
    assert(Number.isInteger(number) && number >= 0 && number < bound, `${number}, must be below ${bound}`);
    counts[number]!++;
  }
  return counts;
}
