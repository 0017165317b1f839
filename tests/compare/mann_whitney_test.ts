import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { leastPValue, mannWhitney, samplesNeeded } from "../../lib/compare/mann_whitney.ts";

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The critical values of the two-sided test at 0.05: the greatest U of two sets of n that is still significant. */
const CRITICAL_U: readonly (readonly [n: number, u: number])[] = [[4, 0], [5, 2], [6, 5], [7, 8], [8, 13], [10, 23], [
  15,
  64,
], [20, 127]];

/** A set of n with that U against the set of 0.5, 1.5, … n - 0.5. */
function setWithU(n: number, u: number): number[] {
  const set: number[] = [];
  for (let i = 0, left = u; i < n; i++) {
    const above = Math.min(n, left);
    left -= above;
    // Samples that are above the same number of the others must still differ.
    set.push(above + i / 100);
  }
  return set;
}

Deno.test("mannWhitney() has p below 0.05 up to the critical values of the tables of U, and not above", () => {
  for (const [n, critical] of CRITICAL_U) {
    const other = range(1, n).map((value) => value - 0.5);
    const significant = mannWhitney(setWithU(n, critical), other);
    const insignificant = mannWhitney(setWithU(n, critical + 1), other);
    assertEquals([significant.u, insignificant.u], [critical, critical + 1]);
    assertEquals([significant.pValue < 0.05, insignificant.pValue < 0.05], [true, false], `n = ${n}`);
  }
});

Deno.test("mannWhitney() gives the p-values of published examples without ties", () => {
  // R's help of wilcox.test: permeability of the human chorioamnion (Hollander and Wolfe, 1973).
  const term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const early = [1.15, 0.88, 0.90, 0.74, 1.21];
  assertEquals(mannWhitney(term, early).u, 35);
  assertAlmostEquals(mannWhitney(term, early).pValue, 0.2544122544122544, 1e-12);
  // SciPy's documentation of mannwhitneyu: age at the diagnosis of diabetes.
  const result = mannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12]);
  assertEquals(result.u, 17);
  assertAlmostEquals(result.pValue, 1 / 9, 1e-12);
});

Deno.test("mannWhitney() approximates with ties and continuity corrected when there are many samples", () => {
  // R's help of wilcox.test: ozone in May and in August, of the data set airquality. W = 127.5, p-value = 0.0001208.
  const may = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37];
  const august = [39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84]
    .concat(85);
  const { u, pValue } = mannWhitney(may, august);
  assertEquals(u, 127.5);
  assertAlmostEquals(pValue, 0.00012080783076877434, 3e-7);
});

/** All ways to choose so many of the values. */
function* choices(values: readonly number[], count: number): Generator<number[]> {
  if (count === 0) yield [];
  for (const [index, value] of values.entries()) {
    for (const rest of choices(values.slice(index + 1), count - 1)) {
      if (rest.length === count - 1) yield [value, ...rest];
    }
  }
}

/** U counted pair by pair, as its definition says. */
function uOf(first: readonly number[], second: readonly number[]): number {
  let u = 0;
  for (const a of first) for (const b of second) u += a > b ? 1 : a === b ? 0.5 : 0;
  return u;
}

Deno.test("mannWhitney() counts all divisions of the samples, ties among them", () => {
  const set = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(set, set, (first, second) => {
    const pooled = [...first, ...second];
    const mean = first.length * second.length / 2;
    const u = uOf(first, second);
    let all = 0, asFar = 0;
    for (const places of choices([...pooled.keys()], first.length)) {
      const chosen = pooled.filter((_, place) => places.includes(place));
      const others = pooled.filter((_, place) => !places.includes(place));
      all++;
      if (Math.abs(uOf(chosen, others) - mean) >= Math.abs(u - mean)) asFar++;
    }
    const result = mannWhitney(first, second);
    assertEquals(result.u, u);
    assertAlmostEquals(result.pValue, asFar / all, 1e-12);
  }));
});

Deno.test("mannWhitney() is 1 when all samples are equal, however many", () => {
  assertEquals(mannWhitney([5, 5, 5, 5], [5, 5, 5, 5]), { u: 8, pValue: 1 });
  assertEquals(mannWhitney(Array(40).fill(5), Array(40).fill(5)).pValue, 1);
  assertAlmostEquals(mannWhitney(range(1, 40), range(1, 40)).pValue, 1, 1e-6);
});

Deno.test("mannWhitney() has the same p-value when the sets change places", () => {
  for (const [first, second] of [[[1, 2, 2], [2, 3, 4, 5]], [range(1, 30), range(20, 60)]] as const) {
    assertAlmostEquals(mannWhitney(first, second).pValue, mannWhitney(second, first).pValue, 1e-12);
  }
});

Deno.test("mannWhitney() goes over from counting to approximating without a step", () => {
  const exact = mannWhitney(range(1, 25), range(11, 35).map((value) => value + 0.5)).pValue;
  const approximate = mannWhitney(range(1, 26), range(11, 36).map((value) => value + 0.5)).pValue;
  assertAlmostEquals(exact, approximate, 0.0005);
});

Deno.test("leastPValue() is the p-value of sets that do not overlap", () => {
  assertAlmostEquals(leastPValue(3, 3), 0.1, 1e-12);
  assertAlmostEquals(leastPValue(4, 4), 2 / 70, 1e-12);
  assertEquals(leastPValue(1, 1), 1);
  for (const [first, second] of [[2, 2], [3, 3], [2, 8], [4, 3], [1, 40], [20, 20]] as const) {
    const apart = mannWhitney(range(1, first), range(101, 100 + second)).pValue;
    assertAlmostEquals(leastPValue(first, second), apart, 1e-12);
  }
});

Deno.test("samplesNeeded() is the least size that can reach the level", () => {
  assertEquals([0.2, 0.1, 0.05, 0.01, 0.001].map(samplesNeeded), [3, 4, 4, 5, 7]);
});
