/**
 * Room of the time histograms: durations counted in HdrHistogram's form, from 1 µs up, to two digits.
 *
 * @module
 */
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from "hdr-histogram-js";

export type { Histogram };

/** The longest duration that counts as itself, 100 days. */
const DURATION_US_MAX = 100 * 86_400 * 1e6;

/** An empty histogram of durations in microseconds. */
export function createTimeHistogram(): Histogram {
  return build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 2 });
}

/** Counts a duration in milliseconds, which is not shorter than 0, `weight` times. */
export function recordTime(histogram: Histogram, durationMs: number, weight = 1): void {
  histogram.recordValueWithCount(Math.min(Math.max(0, Math.round(durationMs * 1000)), DURATION_US_MAX), weight);
}

/** As text, for the way from a worker to the main thread. */
export function encodeHistogram(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram);
}

/** Adds up histograms that {@linkcode encodeHistogram} encoded. */
export function mergeHistograms(encoded: readonly string[]): Histogram {
  const merged = createTimeHistogram();
  for (const text of encoded) merged.add(decodeFromCompressedBase64(text));
  return merged;
}
