/**
 * Tests of the interval histogram: it says what HdrHistogram's own library says of the same values.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { hdrOf } from "../../lib/metrics/hdr.ts";
import { countValue, createBuckets } from "../../lib/metrics/histogram.ts";
import { IntervalHistogram, summaryOf } from "../../lib/metrics/summaries.ts";
import { Rng } from "../../lib/load/rng.ts";

Deno.test("IntervalHistogram.read() says of each interval's values what the library says", () => {
  const rng = new Rng(5);
  const interval = new IntervalHistogram();
  const [one, other] = [createBuckets(), createBuckets()];
  for (const values of [1, 2, 3, 10, 99, 100, 101, 1_000, 12_345]) {
    const alone = createBuckets();
    for (let i = 0; i < values; i++) {
      const value = rng.below(1_000) ** (1 + rng.below(4));
      countValue(rng.below(2) === 0 ? one : other, value);
      countValue(alone, value);
    }
    const summary = interval.read([one, other]);
    const expected = summaryOf(hdrOf([alone]));
    assert(summary !== undefined && expected !== undefined);
    const { mean, ...exact } = summary;
    const { mean: expectedMean, ...expectedExact } = expected;
    assertEquals(exact, expectedExact, `of ${values} values`);
    assertAlmostEquals(mean, expectedMean, expectedMean * 1e-3);
  }
});

Deno.test("IntervalHistogram.read() of nothing new is nothing", () => {
  const interval = new IntervalHistogram();
  const counts = createBuckets();
  assertEquals(interval.read([counts]), undefined);
  countValue(counts, 7);
  assertEquals(interval.read([counts])?.count, 1);
  assertEquals(interval.read([counts]), undefined);
});

Deno.test("IntervalHistogram.read() has the mean of values that are greater than 2^42, as the library has", () => {
  const counts = createBuckets();
  countValue(counts, 2 ** 46);
  const expected = summaryOf(hdrOf([counts]))?.mean ?? NaN;
  assertAlmostEquals(new IntervalHistogram().read([counts])?.mean ?? NaN, expected, expected * 1e-6);
});
