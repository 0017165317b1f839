/**
 * The uniform distribution.
 *
 * @module
 */
import type { Rng } from "../rng.ts";
import type { Distribution } from "./distribution.ts";

/** Chooses every record equally often. */
export class UniformDistribution implements Distribution {
  readonly #rng: Rng;
  readonly #records: number;

  /** @param records how many there are to choose from, below 2^31 */
  constructor(rng: Rng, records: number) {
    this.#rng = rng;
    this.#records = records;
  }

  next(): number {
    return (this.#rng.fraction() * this.#records) | 0;
  }
}
