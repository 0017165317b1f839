/**
 * The hash that scatters a distribution's ranks over the records.
 *
 * @module
 */

/** FNV-1a's 64-bit offset basis, 0xcbf29ce484222325, as two words. */
const BASIS_HIGH = 0xcbf29ce4 | 0;
const BASIS_LOW = 0x84222325 | 0;
/** FNV-1a's 64-bit prime is 2^40 plus this. */
const PRIME_LOW = 0x1b3;

const OCTETS_PER_WORD = 4;
/** The number of low bits left to the second step of the division, and the weights of both parts. */
const LOW_BITS = 11;
const LOW_MASK = (1 << LOW_BITS) - 1;
const TWO_TO_11 = 2 ** LOW_BITS;
const TWO_TO_21 = 2 ** (32 - LOW_BITS);

/**
 * YCSB's `fnvhash64` modulo a number of records: FNV-1a by Glenn Fowler, Landon Curt Noll and Kiem-Phong Vo over the
 * eight octets of a 64-bit integer, lowest first, then the absolute value of the hash as a signed 64-bit integer.
 *
 * It is computed in 32-bit words and float64, because a BigInt would allocate at each step, and without branching on
 * the hash's sign, which no processor could predict.
 *
 * @param low the low 32 bits of the integer
 * @param high its high 32 bits
 * @param modulus an integer from 1 to 2^31 - 1
 * @returns an integer from 0 to `modulus` - 1
 */
export function fnvModulo(low: number, high: number, modulus: number): number {
  let hashLow = BASIS_LOW;
  let hashHigh = BASIS_HIGH;
  for (let word = low, octets = 0; octets < 2 * OCTETS_PER_WORD; octets++) {
    hashLow ^= word & 0xff;
    word = octets === OCTETS_PER_WORD - 1 ? high : word >>> 8;
    // Multiplies by 2^40 + PRIME_LOW modulo 2^64; the carry of the low words' product comes from its halves.
    const half = Math.imul(hashLow & 0xffff, PRIME_LOW) >>> 16;
    const carry = (Math.imul(hashLow >>> 16, PRIME_LOW) + half | 0) >>> 16;
    hashHigh = Math.imul(hashHigh, PRIME_LOW) + carry + (hashLow << 8) | 0;
    hashLow = Math.imul(hashLow, PRIME_LOW);
  }
  // Negates if negative: inverts all bits and adds one, with a carry from the low word to the high one.
  const sign = hashHigh >> 31;
  const absoluteLow = (hashLow ^ sign) - sign | 0;
  const absoluteHigh = (hashHigh ^ sign) - (absoluteLow === 0 ? sign : 0) | 0;

  // Long division in two steps, so that all numbers stay below 2^52. The inverse is rounded, so the quotient may be off
  // by one. The second step corrects for the first; its own quotient may be one too small when the division comes out
  // even.
  const inverse = 1 / modulus;
  const front = (absoluteHigh >>> 0) * TWO_TO_21 + (absoluteLow >>> LOW_BITS);
  const frontRest = front - Math.floor(front * inverse) * modulus;
  const back = frontRest * TWO_TO_11 + (absoluteLow & LOW_MASK);
  const rest = back - Math.floor(back * inverse) * modulus;
  return (rest < modulus ? rest : rest - modulus) | 0;
}
