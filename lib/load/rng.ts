/**
 * The random number generator for keys, operations and waits.
 *
 * @module
 */

/**
 * xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (public domain,
 * https://prng.di.unimi.it/xoshiro128starstar.c), seeded through SplitMix32. Not cryptographically secure.
 *
 * The state is in a typed array, so that 32-bit integers stay unboxed.
 */
export class Rng {
  readonly #state = new Int32Array(4);

  /**
   * @param seed an integer from 0 to 2^32 - 1
   * @param stream which of the seed's streams, an integer from 0 to 2^32 - 1; streams of one seed are unrelated
   */
  constructor(seed: number, stream = 0) {
    let mixed = splitMix32(seed | 0) ^ stream;
    for (let i = 0; i < 4; i++) {
      mixed = (mixed + GOLDEN_GAMMA) | 0;
      this.#state[i] = splitMix32(mixed);
    }
  }

  /** The next 32 random bits, as a signed integer. */
  next(): number {
    const state = this.#state;
    const a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const e = d ^ b;
    const f = c ^ a;
    state[0] = a ^ e;
    state[1] = b ^ f;
    state[2] = f ^ (b << 9);
    state[3] = (e << 11) | (e >>> 21);
    return result;
  }

  /**
   * A random integer from 0 to `bound` - 1: `bound` times the next 32 bits as a fraction. The bias is below `bound` /
   * 2^32, and zero if `bound` is a power of two.
   */
  below(bound: number): number {
    return ((this.next() >>> 0) * bound / TWO_TO_32) | 0;
  }

  /** A random fraction from 0 to below 1, of 53 bits: the high 27 of the next 32, then the high 26 of those after. */
  fraction(): number {
    const high = this.next() >>> 5;
    return (high * TWO_TO_26 + (this.next() >>> 6)) / TWO_TO_53;
  }
}

const TWO_TO_26 = 2 ** 26;
const TWO_TO_32 = 0x1_0000_0000;
const TWO_TO_53 = 2 ** 53;
const GOLDEN_GAMMA = 0x9e3779b9 | 0;

/** The finalizer of SplitMix32: a bijection that spreads every bit of its input over its output. */
function splitMix32(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
