/**
 * The latest distribution: the newer a record, the more often it is chosen.
 *
 * @module
 */
import type { InsertOrder } from "../insert_order.ts";
import type { Rng } from "../rng.ts";
import type { Distribution } from "./distribution.ts";
import { Zipfian } from "./zipfian.ts";

/**
 * Zipf's law over the records by age, newest first, as in YCSB's SkewedLatestGenerator.
 *
 * What counts as newest is per thread, so that a thread's operations depend on nothing else: first its own inserts,
 * newest first, then the records that exist before the load, last one first. Other threads' inserts are never chosen.
 * So every chosen record has been inserted, and threads need not tell each other of inserts.
 */
export class LatestDistribution implements Distribution {
  readonly #ranks: Zipfian;
  readonly #order: InsertOrder;
  readonly #records: number;
  #inserts = 0;

  /**
   * @param options.records how many exist before the load, below 2^31
   * @param options.theta above 0 and below 1
   * @param options.order which records the thread inserts
   */
  constructor(rng: Rng, { records, theta, order }: { records: number; theta: number; order: InsertOrder }) {
    this.#ranks = new Zipfian(rng, { items: records, theta });
    this.#order = order;
    this.#records = records;
  }

  next(): number {
    this.#ranks.next();
    const age = this.#ranks.rank | 0;
    const inserts = this.#inserts;
    if (age < inserts) return this.#order.record(inserts - 1 - age);
    return (this.#records - 1 - (age - inserts)) | 0;
  }

  grow(): void {
    this.#inserts++;
    this.#ranks.grow();
  }
}
