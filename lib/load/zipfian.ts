/**
 * The zipfian distribution of ranks: few are chosen very often, and many rarely. With it the sum that normalizes it,
 * and the hash that scatters ranks over records.
 *
 * @module
 */
import type { Rng } from "./rng.ts";

/** Indices of the state. */
const RANK = 0;
const ZETA = 1;
const ETA = 2;

/**
 * Ranks by Zipf's law: rank r, from 0, has a share of 1 / (r + 1)^theta / zeta(items, theta).
 *
 * The method is that of Jim Gray et al., "Quickly Generating Billion-Record Synthetic Databases" (SIGMOD 1994), as in
 * YCSB's ZipfianGenerator: ranks 0 and 1 get their exact shares; for the others the sum is replaced by the integral,
 * which can be inverted.
 *
 * The changing state is in a typed array: V8 allocates a float64 when a field is set to it or a function returns it,
 * unless it inlines that.
 */
export class Zipfian {
  readonly #state = new Float64Array(3);
  readonly #rng: Rng;
  readonly #theta: number;
  readonly #alpha: number;
  readonly #zetaOfTwo: number;
  #items: number;

  /**
   * @param options.items how many ranks there are, from 1 to 2^53 - 1
   * @param options.theta above 0 and below 1; the greater, the more skewed
   * @param options.zeta `zeta(items, theta)`, if already known
   */
  constructor(rng: Rng, options: { items: number; theta: number; zeta?: number }) {
    const { items, theta } = options;
    this.#rng = rng;
    this.#theta = theta;
    this.#alpha = 1 / (1 - theta);
    this.#zetaOfTwo = 1 + 0.5 ** theta;
    this.#items = items;
    this.#state[ZETA] = options.zeta ?? zeta(items, theta);
    this.#updateEta();
  }

  /** The rank chosen last, from 0 for the most frequent. */
  get rank(): number {
    return this.#state[RANK]!;
  }

  /** Chooses the next rank. */
  next(): void {
    const state = this.#state;
    const fraction = this.#rng.fraction();
    const share = fraction * state[ZETA]!;
    if (share < this.#zetaOfTwo) {
      state[RANK] = share < 1 ? 0 : 1;
      return;
    }
    const eta = state[ETA]!;
    const items = this.#items;
    const rank = Math.floor(items * Math.pow(eta * fraction - eta + 1, this.#alpha));
    // A fraction just below 1 may be rounded up to it.
    state[RANK] = rank < items ? rank : items - 1;
  }

  /** Adds a rank, the least frequent one. */
  grow(): void {
    this.#items++;
    this.#state[ZETA]! += this.#items ** -this.#theta;
    this.#updateEta();
  }

  #updateEta(): void {
    const state = this.#state;
    state[ETA] = (1 - (2 / this.#items) ** (1 - this.#theta)) / (1 - this.#zetaOfTwo / state[ZETA]!);
  }
}

/** Terms that are summed one by one; beyond them the formula for the rest is exact to the last digits. */
const TERMS_MAX = 256;

/**
 * The sum of 1 / i^theta for i from 1 to `count`, as exact as float64 allows: the first terms one by one, the rest by
 * the Euler–Maclaurin formula, whose error is below 10^-15 here. So ten billion terms take no longer than a thousand.
 *
 * @param count how many terms, at least 1
 * @param theta the exponent, above 0 and below 1
 */
export function zeta(count: number, theta: number): number {
  const terms = Math.min(count, TERMS_MAX);
  let sum = 0;
  // The smallest first, so that they are not lost beside the others.
  for (let i = terms; i >= 1; i--) sum += i ** -theta;
  return count === terms ? sum : sum + sumBetween(terms, count, theta);
}

/** The sum of 1 / i^theta for i above `first` and up to `last`: the integral, with corrections at both ends. */
function sumBetween(first: number, last: number, theta: number): number {
  // (last^(1 - theta) - first^(1 - theta)) / (1 - theta), without the cancellation when theta is nearly 1.
  const integral = first ** (1 - theta) * Math.expm1((1 - theta) * Math.log(last / first)) / (1 - theta);
  const value = last ** -theta - first ** -theta;
  const derivative = -theta * (last ** (-theta - 1) - first ** (-theta - 1));
  const third = -theta * (theta + 1) * (theta + 2) * (last ** (-theta - 3) - first ** (-theta - 3));
  return integral + value / 2 + derivative / 12 - third / 720;
}

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
