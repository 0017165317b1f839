/**
 * Precomputed decimal digits, from which keys are written word by word.
 *
 * @module
 */
const ZERO = "0".charCodeAt(0);

/** The two digits of each number below 100, as a little-endian 16-bit word. */
export const TWO_DIGITS = Int32Array.from(
  { length: 100 },
  (_, n) => (ZERO + n % 10) << 8 | (ZERO + Math.trunc(n / 10)),
);
