/**
 * Counts whole numbers in buckets like an HdrHistogram's.
 *
 * @module
 */

/** There are 2048 buckets of width 1, and half as many of each greater width. This gives three significant digits. */
const SUB_BUCKET_BITS = 11;
const HALF_BITS = SUB_BUCKET_BITS - 1;
const HALF = 1 << HALF_BITS;

/** The largest number that a histogram can count; in nanoseconds it is 39 hours. */
export const HISTOGRAM_VALUE_MAX = 2 ** 47 - 1;

/** Number of buckets in every histogram. */
export const HISTOGRAM_BUCKETS = (47 - SUB_BUCKET_BITS + 2) * HALF;

/** A histogram's counts, a float64 per bucket because a 32-bit word would soon overflow. */
export type BucketCounts = Float64Array<SharedArrayBuffer>;

/** How far a number that exceeds 31 bits is shifted to get its high part. */
const HIGH_BITS = 20;
const TWO_TO_HIGH = 2 ** HIGH_BITS;
const TWO_TO_31 = 2 ** 31;

/**
 * The bucket of a number, as in Gil Tene's HdrHistogram with three significant digits: numbers below 2048 have a bucket
 * each, and the buckets double in width with every further power of two.
 *
 * @param value a number from 0 to {@linkcode HISTOGRAM_VALUE_MAX}; its fraction is ignored
 */
export function bucketOf(value: number): number {
  if (value < TWO_TO_31) {
    const word = value | 0;
    const shift = 32 - SUB_BUCKET_BITS - Math.clz32(word | (HALF << 1) - 1);
    return ((shift << HALF_BITS) + (word >> shift)) | 0;
  }
  const high = (value / TWO_TO_HIGH) | 0;
  const shift = 32 - SUB_BUCKET_BITS - Math.clz32(high);
  // The part that is cut off has none of the 11 bits that matter: the number has at least 32, and the shift drops all
  // others.
  return shift >= 0
    ? (((shift + HIGH_BITS) << HALF_BITS) + (high >> shift)) | 0
    : (((shift + HIGH_BITS) << HALF_BITS) + Math.floor(value / 2 ** (shift + HIGH_BITS))) | 0;
}

/** The least number of a bucket. */
export function bucketStart(bucket: number): number {
  const shift = Math.max(0, (bucket >> HALF_BITS) - 1);
  return (bucket - (shift << HALF_BITS)) * 2 ** shift;
}

/** Counts a number `weight` times; a negative one counts as 0, one too large as the largest. */
export function countValue(counts: BucketCounts, value: number, weight = 1): void {
  counts[bucketOf(value < 0 ? 0 : value > HISTOGRAM_VALUE_MAX ? HISTOGRAM_VALUE_MAX : value)]! += weight;
}

/** Durations are counted in nanoseconds. */
export const NS_PER_MS = 1e6;

/** Counts a duration, in milliseconds, `weight` times. */
export function countDuration(counts: BucketCounts, durationMs: number, weight = 1): void {
  countValue(counts, durationMs * NS_PER_MS, weight);
}

/** An empty histogram in new memory. */
export function createBuckets(): BucketCounts {
  return new Float64Array(new SharedArrayBuffer(HISTOGRAM_BUCKETS * Float64Array.BYTES_PER_ELEMENT));
}
