/**
 * The fixed random numbers: fractions that a test chooses.
 *
 * @module
 */
import { Rng } from "../../lib/load/rng.ts";

/** The greatest fraction that {@linkcode Rng.fraction} gives. */
export const FRACTION_MAX = 1 - 2 ** -53;

/** Gives the fractions it was made with, over and over. */
export class FixedRng extends Rng {
  readonly #fractions: readonly number[];
  #next = 0;

  constructor(...fractions: number[]) {
    super(0);
    this.#fractions = fractions;
  }

  override fraction(): number {
    return this.#fractions[this.#next++ % this.#fractions.length] ?? NaN;
  }
}
