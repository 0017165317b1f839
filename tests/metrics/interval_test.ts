/**
 * Tests of the interval histogram: it says what HdrHistogram's own library says of the same values.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type BucketCounts, countValue, createBuckets } from "../../lib/metrics/histogram.ts";
import { IntervalHistogram, percentilesOf, type Summary } from "../../lib/metrics/summaries.ts";
import { hdrOf } from "../../lib/report/histograms.ts";
import { Rng } from "../../lib/load/rng.ts";

Deno.test("IntervalHistogram.read() says of each interval's values what the library says", () => {
  const seed = drawnSeed();
  const rng = new Rng(seed);
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
    assert(summary !== undefined);
    const { mean, ...exact } = summary;
    const { mean: expectedMean, ...expectedExact } = summaryByLibrary(alone);
    assertEquals(exact, expectedExact, `of ${values} values, seed ${seed}`);
    assertAlmostEquals(mean, expectedMean, expectedMean * 1e-3);
  }
});

Deno.test("percentilesOf() says what the library says", () => {
  const seed = drawnSeed();
  const rng = new Rng(seed);
  for (const values of [1, 2, 7, 100, 12_345]) {
    const [one, other] = [createBuckets(), createBuckets()];
    for (let i = 0; i < values; i++) {
      countValue(rng.below(2) === 0 ? one : other, rng.below(1_000) ** (1 + rng.below(4)), 1 + rng.below(3));
    }
    const histogram = hdrOf([one, other]);
    for (const { percent, value } of percentilesOf([one, other])) {
      assertEquals(value, histogram.getValueAtPercentile(percent), `at ${percent} % of ${values} values, seed ${seed}`);
    }
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
  const expected = summaryByLibrary(counts).mean;
  assertAlmostEquals(new IntervalHistogram().read([counts])?.mean ?? NaN, expected, expected * 1e-6);
});

function drawnSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** What HdrHistogram's library says of counts. */
function summaryByLibrary(counts: BucketCounts): Summary {
  const histogram = hdrOf([counts]);
  const [min, p50, p90, p99, p999] = [0, 50, 90, 99, 99.9].map((percent) => histogram.getValueAtPercentile(percent));
  const { totalCount: count, mean, maxValue: max } = histogram;
  return { count, min: min!, mean, p50: p50!, p90: p90!, p99: p99!, p999: p999!, max };
}
