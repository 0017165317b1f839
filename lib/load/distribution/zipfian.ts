/**
 * The zipfian distribution: few items are chosen very often, and many rarely.
 *
 * @module
 */
import type { Rng } from "../rng.ts";
import { zeta } from "./zeta.ts";

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
