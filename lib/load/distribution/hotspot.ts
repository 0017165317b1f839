/**
 * The hotspot distribution: a small set of hot records gets most operations.
 *
 * @module
 */
import type { Rng } from "../rng.ts";
import type { Distribution } from "./distribution.ts";

/** Share of the records that are hot: the first ones. */
const HOT_RECORDS = 0.2;
/** Share of the operations that go to hot records. */
const HOT_OPERATIONS = 0.8;

/**
 * 80% of the operations go to 20% of the records, as in YCSB's HotspotIntegerGenerator with its defaults; within the
 * hot records, and within the cold ones, all are equally likely. The hot records are those with the lowest numbers,
 * which hashing scatters over the store. At least one record is hot; if all are, no operation goes to a cold one.
 */
export class HotspotDistribution implements Distribution {
  readonly #rng: Rng;
  readonly #hot: number;
  readonly #cold: number;

  /** @param records how many there are to choose from, from 1 to below 2^31 */
  constructor(rng: Rng, records: number) {
    this.#rng = rng;
    this.#hot = Math.max(1, Math.trunc(records * HOT_RECORDS));
    this.#cold = records - this.#hot;
  }

  next(): number {
    const rng = this.#rng;
    const hot = this.#hot;
    const cold = this.#cold;
    if (rng.fraction() < HOT_OPERATIONS || cold === 0) return (rng.fraction() * hot) | 0;
    return hot + ((rng.fraction() * cold) | 0) | 0;
  }
}
