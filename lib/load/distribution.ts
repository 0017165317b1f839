/**
 * Which record an operation goes to: the distributions choose among the existing ones, and inserts take new ones.
 *
 * @module
 */
import type { Rng } from "./rng.ts";
import type { MixOptions } from "./workload.ts";
import { fnvModulo, Zipfian } from "./zipfian.ts";

/**
 * Chooses records by number, from 0. Each thread has its own, and its choices do not depend on other threads, so that
 * the same seed gives each thread the same operations.
 */
export interface Distribution {
  /** Chooses the next operation's record. */
  next(): number;
  /** Tells the distribution that its thread has inserted its next record; only present where that matters. */
  grow?(): void;
}

/**
 * Creates a thread's distribution over the records that exist before the load.
 *
 * @param order which records the thread inserts
 */
export function createDistribution(rng: Rng, options: MixOptions, order: InsertOrder): Distribution {
  const { keyCount: records, zipfTheta: theta } = options;
  switch (options.distribution) {
    case "uniform":
      return new UniformDistribution(rng, records);
    case "zipfian":
      return new ScrambledZipfianDistribution(rng, { records, theta });
    case "latest":
      return new LatestDistribution(rng, { records, theta, order });
    case "hotspot":
      return new HotspotDistribution(rng, records);
  }
}

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

/**
 * The records that one thread inserts. The threads take turns over the records after those that exist before the load,
 * so they never insert the same record and need not know how far the others are.
 */
export class InsertOrder {
  readonly #first: number;
  readonly #step: number;
  readonly #end: number;

  /**
   * @param options.keyCount number of records that exist before the load
   * @param options.keyCountMax number of records that there is room for, below 2^31
   * @param options.thread index of the thread, from 0
   * @param options.threads number of threads
   */
  constructor(options: { keyCount: number; keyCountMax: number; thread: number; threads: number }) {
    this.#first = options.keyCount + options.thread;
    this.#step = options.threads;
    this.#end = options.keyCountMax;
  }

  /**
   * The record of the thread's insert `i`, from 0.
   *
   * @throws {RecordsUsedUpError} when there is no room for it
   */
  record(i: number): number {
    const record = this.#first + this.#step * i;
    if (record >= this.#end) throw new RecordsUsedUpError(this.#end);
    return record;
  }
}

/** The load would insert one record more than there is room for. */
export class RecordsUsedUpError extends RangeError {
  override readonly name = "RecordsUsedUpError";

  /** @param keyCountMax number of records that there was room for */
  constructor(keyCountMax: number) {
    super(
      `Cannot insert another record: there was room for ${keyCountMax}, ` +
        `must be given a larger --max-keys, or fewer operations`,
    );
  }
}
