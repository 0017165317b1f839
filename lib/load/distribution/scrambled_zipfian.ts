/**
 * The scrambled zipfian distribution: few records are chosen very often, scattered over all of them.
 *
 * @module
 */
import type { Rng } from "../rng.ts";
import type { Distribution } from "./distribution.ts";
import { fnvModulo } from "./fnv.ts";
import { Zipfian } from "./zipfian.ts";

/** YCSB's ITEM_COUNT, which counts both 0 and itself. */
const ITEMS = 10_000_000_001;
/**
 * YCSB's USED_ZIPFIAN_CONSTANT and its ZETAN: zeta of {@linkcode ITEMS} for that constant, as YCSB's authors summed it.
 */
const YCSB_THETA = 0.99;
const YCSB_ZETA = 26.46902820178302;

const TWO_TO_32 = 2 ** 32;

/**
 * What YCSB calls the zipfian distribution: its ScrambledZipfianGenerator. A rank among ten billion is drawn by Zipf's
 * law, and its hash modulo the number of records is the record. So the popular records are not adjacent, and they stay
 * the same when records are added, because the number of ranks does not change.
 */
export class ScrambledZipfianDistribution implements Distribution {
  readonly #ranks: Zipfian;
  readonly #records: number;

  /**
   * @param options.records how many there are to choose from, below 2^31
   * @param options.theta above 0 and below 1
   */
  constructor(rng: Rng, { records, theta }: { records: number; theta: number }) {
    const known = theta === YCSB_THETA ? { zeta: YCSB_ZETA } : {};
    this.#ranks = new Zipfian(rng, { items: ITEMS, theta, ...known });
    this.#records = records;
  }

  next(): number {
    this.#ranks.next();
    const rank = this.#ranks.rank;
    return fnvModulo(rank | 0, (rank / TWO_TO_32) | 0, this.#records);
  }
}
