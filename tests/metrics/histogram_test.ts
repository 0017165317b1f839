/**
 * Tests of the histograms: the buckets are HdrHistogram's, of three significant digits.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  bucketOf,
  bucketStart,
  countDuration,
  countValue,
  createBuckets,
  HISTOGRAM_BUCKETS,
  HISTOGRAM_VALUE_MAX,
} from "../../lib/metrics/histogram.ts";
import { percentilesOf, summarize } from "../../lib/metrics/summaries.ts";
import { hdrOf } from "../../lib/report/histograms.ts";

Deno.test("bucketOf() has each bucket begin where the one before ends, up to the largest value", () => {
  for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
    const start = bucketStart(bucket);
    if (bucketOf(start) !== bucket) throw new Error(`${start} is in bucket ${bucketOf(start)}, must be in ${bucket}`);
    const last = bucketStart(bucket + 1) - 1;
    if (bucketOf(last) !== bucket) throw new Error(`${last} is in bucket ${bucketOf(last)}, must be in ${bucket}`);
  }
  assertEquals(bucketOf(HISTOGRAM_VALUE_MAX), HISTOGRAM_BUCKETS - 1);
});

Deno.test("bucketOf() tells values apart that differ in their first three digits", () => {
  for (let value = 1; value < HISTOGRAM_VALUE_MAX; value = Math.ceil(value * 1.37)) {
    const bucket = bucketOf(value);
    const width = bucketStart(bucket + 1) - bucketStart(bucket);
    assertLessOrEqual(width, Math.max(1, value / 1000), `of ${value}`);
  }
});

Deno.test("bucketOf() ignores fractions", () => {
  for (const value of [0, 7, 2047, 2048, 2 ** 31 - 1, 2 ** 31, 2 ** 40]) {
    assertEquals(bucketOf(value + 0.75), bucketOf(value));
  }
});

Deno.test("countValue() counts what is out of range as the nearest value in it", () => {
  const counts = createBuckets();
  for (const value of [-5, -0.1]) countValue(counts, value);
  for (const value of [HISTOGRAM_VALUE_MAX + 1, Infinity]) countValue(counts, value);
  assertEquals([counts[0], counts[HISTOGRAM_BUCKETS - 1]], [2, 2]);
});

Deno.test("hdrOf() puts each value into the HdrHistogram's own bucket", () => {
  for (let value = 1; value < HISTOGRAM_VALUE_MAX; value = Math.ceil(value * 1.71)) {
    const counts = createBuckets();
    countValue(counts, value);
    const hdr = hdrOf([counts]);
    assert(hdr.getValueAtPercentile(0) <= value && value <= hdr.maxValue, `${value} in ${hdr.maxValue}`);
    assertEquals(hdr.maxValue, bucketStart(bucketOf(value) + 1) - 1);
  }
});

Deno.test("summarize() adds up threads, with weights, less what was there before", () => {
  const one = createBuckets(), other = createBuckets();
  countDuration(one, 5);
  const before = [one, other].map((counts) => new Float64Array(counts));
  countDuration(one, 1, 98);
  countDuration(other, 100, 2);
  const summary = summarize([one, other], before);
  assert(summary !== undefined);
  assertEquals(summary.count, 100);
  for (const [value, wantedMs] of [[summary.min, 1], [summary.p50, 1], [summary.p99, 100], [summary.max, 100]]) {
    assert(Math.abs(value! / 1e6 / wantedMs! - 1) < 0.001, `${value} for ${wantedMs} ms`);
  }
  assert(Math.abs(summary.mean / 1e6 - 2.98) < 0.01, String(summary.mean));
});

Deno.test("summarize() of nothing is nothing", () => {
  assertEquals(summarize([createBuckets()]), undefined);
  assertEquals(summarize([]), undefined);
});

Deno.test("percentilesOf() goes down to the last value, each as the histogram has it", () => {
  const counts = createBuckets();
  for (let value = 1; value <= 1000; value++) countValue(counts, value);
  assertEquals(
    percentilesOf([counts]).map(({ percent, value }) => [percent, value]),
    [[0, 1], [50, 500], [80, 800], [90, 900], [95, 950], [98, 980], [99, 990], [99.5, 995], [99.8, 998], [99.9, 999]],
  );
  assertEquals(percentilesOf([createBuckets()]), []);
});
