/**
 * Sizes and alignment of shared memory, used by every shared object.
 *
 * @module
 */

/** Bytes of a cache line. Words that different threads write are at least this far apart. */
export const LINE_BYTES = 64;

/** 32-bit words of a cache line. */
export const LINE_WORDS = LINE_BYTES / Int32Array.BYTES_PER_ELEMENT;

/** 64-bit floats of a cache line. */
export const LINE_DOUBLES = LINE_BYTES / Float64Array.BYTES_PER_ELEMENT;

/** Rounds up to a multiple of `alignment`. Exact up to 2^53. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** The least power of two that is not below `value`, at least 1. */
export function nextPowerOfTwo(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}
