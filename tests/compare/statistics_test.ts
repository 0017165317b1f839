import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { medianInterval, summarize } from "../../lib/compare/statistics.ts";

const samples = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
  minLength: 1,
  maxLength: 12,
});

Deno.test("summarize() gives median, least and greatest of samples in any order", () => {
  const { median, min, max } = summarize([10, 2, 5, 100, 2, 1]);
  assertEquals({ median, min, max }, { median: 3.5, min: 1, max: 100 });
  assertEquals(summarize([3, 1, 2]).median, 2);
});

Deno.test("summarize() gives no interval when there is one sample", () => {
  assertEquals(summarize([7]), { median: 7, min: 7, max: 7 });
});

Deno.test("summarize() throws when there is no sample", () => {
  assertThrows(() => summarize([]), Error);
});

Deno.test("summarize() leaves its samples as they are", () => {
  const given = [3, 1, 2];
  summarize(given);
  assertEquals(given, [3, 1, 2]);
});

Deno.test("medianInterval() is the same each time, in any order of the samples", () => {
  const sorted = Array.from({ length: 14 }, (_, index) => 2 ** index);
  const interval = medianInterval(sorted);
  for (let turn = 0; turn < sorted.length; turn++) {
    assertEquals(medianInterval([...sorted.slice(turn), ...sorted.slice(0, turn)]), interval);
  }
});

/**
 * An odd number of samples has a bootstrap distribution in closed form: a resample's median is at most the k-th of n
 * samples when at least (n + 1) / 2 of n draws are, each with probability k / n (Efron, "The Jackknife, the Bootstrap and
 * Other Resampling Plans", 1982, section 10.3).
 */
function medianAtMost(k: number, n: number): number {
  let probability = 0, ways = 1;
  for (let draws = 0; draws <= n; draws++) {
    if (draws >= (n + 1) / 2) probability += ways * (k / n) ** draws * (1 - k / n) ** (n - draws);
    ways *= (n - draws) / (draws + 1);
  }
  return probability;
}

Deno.test("medianInterval() has the ends of the bootstrap distribution in closed form", () => {
  assertAlmostEquals(medianAtMost(1, 3), 7 / 27, 1e-12);
  for (const n of [3, 5, 7, 9, 11, 13, 21]) {
    const places = Array.from({ length: n }, (_, index) => index + 1);
    const low = places.find((k) => medianAtMost(k, n) > 0.025);
    const high = places.find((k) => medianAtMost(k, n) >= 0.975);
    assertEquals(medianInterval(places), { low, high }, `${n} samples`);
  }
});

Deno.test("medianInterval() reaches from the least to the greatest of up to 5 samples", () => {
  for (const few of [[1, 2], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5]]) {
    assertEquals(medianInterval(few), { low: 1, high: few.length });
  }
  assert(medianInterval([1, 2, 3, 4, 5, 6]).low > 1);
});

Deno.test("medianInterval() lies within the samples and around their median", () => {
  fc.assert(
    fc.property(samples, (given) => {
      const { median, min, max } = summarize(given);
      const { low, high } = medianInterval(given);
      assert(min <= low && low <= median && median <= high && high <= max);
    }),
    { numRuns: 20 },
  );
});
