/**
 * Tests of the time histograms: to two digits, from a microsecond up, and the same after the way between workers.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createTimeHistogram, encodeHistogram, mergeHistograms, recordTime } from "../../lib/persist/time_histogram.ts";

for (const durationMs of [0.001, 0.05, 1, 12.5, 999, 60_000, 86_400_000]) {
  Deno.test(`recordTime() counts ${durationMs} ms to within one percent`, () => {
    const histogram = createTimeHistogram();
    recordTime(histogram, durationMs);
    const text = encodeHistogram(histogram);
    const us = mergeHistograms([text]).getValueAtPercentile(100);
    assertAlmostEquals(us / 1000, durationMs, durationMs * 0.01);
  });
}

Deno.test("recordTime() counts a duration below zero as none, and one without end as the longest", () => {
  const histogram = createTimeHistogram();
  recordTime(histogram, -5);
  assertEquals(histogram.maxValue, 0);
  recordTime(histogram, Infinity);
  assertAlmostEquals(histogram.maxValue, 100 * 86_400 * 1e6, 100 * 86_400 * 1e4);
});

Deno.test("mergeHistograms() adds up what several threads have counted, weights included", () => {
  const one = createTimeHistogram();
  recordTime(one, 1, 98);
  const other = createTimeHistogram();
  recordTime(other, 100, 2);
  const merged = mergeHistograms([
    encodeHistogram(one),
    encodeHistogram(other),
    encodeHistogram(createTimeHistogram()),
  ]);
  assertEquals(merged.totalCount, 100);
  assertAlmostEquals(merged.getValueAtPercentile(50), 1000, 10);
  assertAlmostEquals(merged.getValueAtPercentile(99), 100_000, 1000);
});

Deno.test("mergeHistograms() of nothing is empty", () => {
  assertEquals(mergeHistograms([]).totalCount, 0);
});
