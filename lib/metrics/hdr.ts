/**
 * Turns bucket counts into histograms of `hdr-histogram-js`, which merges and exports them and reads their percentiles.
 *
 * Importing that library takes longer than starting a worker, so this module is imported only when there is something
 * to read: see `summaries.ts`.
 *
 * @module
 */
import { build, type Histogram } from "hdr-histogram-js";
import { bucketStart, HISTOGRAM_VALUE_MAX } from "./histogram.ts";

export type { Histogram };

/** Adds up bucket counts, such as those of several threads, and subtracts those of `before` at the same index. */
export function hdrOf(counts: readonly Float64Array[], before: readonly Float64Array[] = []): Histogram {
  const histogram = build({
    bitBucketSize: 64,
    highestTrackableValue: HISTOGRAM_VALUE_MAX,
    numberOfSignificantValueDigits: 3,
  });
  for (const [i, buckets] of counts.entries()) {
    const base = before[i];
    for (let bucket = 0; bucket < buckets.length; bucket++) {
      const count = buckets[bucket]! - (base === undefined ? 0 : base[bucket]!);
      // Recorded as the bucket's greatest number, like HdrHistogram's own percentiles.
      if (count > 0) histogram.recordValueWithCount(bucketStart(bucket + 1) - 1, count);
    }
  }
  return histogram;
}
