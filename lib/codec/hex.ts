/**
 * Bytes as lowercase hexadecimal digits.
 *
 * @module
 */

/** The two digits of each byte, as a little-endian word of 16 bits. */
export const HEX_PAIRS = Int32Array.from({ length: 256 }, (_, byte) => hexDigit(byte >> 4) | hexDigit(byte & 15) << 8);

/** The digit of a value from 0 to 15, in ASCII. */
export function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
