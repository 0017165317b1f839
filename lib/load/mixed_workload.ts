/**
 * The mixed workload: operations of several kinds on records of a given size.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { createDistribution, type Distribution, InsertOrder } from "./distribution.ts";
import { DELETE as KIND_DELETE, INSERT as KIND_INSERT, READ as KIND_READ } from "./operation.ts";
import { createValues, RecordKeys, type Values } from "./record.ts";
import { Rng } from "./rng.ts";
import type { MixOptions, Workload } from "./workload.ts";

/** Module-level constants: V8 folds these, but not imported ones. */
const READ = KIND_READ;
const INSERT = KIND_INSERT;
const DELETE = KIND_DELETE;

/** Half of 2^32: the offset between a signed integer and the unsigned one of the same rank. */
const TWO_TO_31 = 2 ** 31;

/** A thread's position among the others, and its keys and values if they differ from the options' own. */
interface MixPlace {
  readonly thread: number;
  readonly threads: number;
  readonly keys?: RecordKeys;
  readonly values?: Values;
}

/**
 * A mix of operations, as in YCSB's CoreWorkload: the shares determine each operation's kind, the distribution its
 * record; an insert takes the thread's next new record. As there, `zipfian` is scrambled, and a scan begins at a record
 * that the distribution chooses. Deletes, which YCSB does not have, choose records as updates do.
 *
 * A thread's operations depend only on its random numbers, its index, the number of threads and the options. That
 * differs from YCSB, whose threads share a counter of inserts: here, records inserted during the load are chosen by
 * `latest` alone, and only by the thread that inserted them; all other distributions choose among the records that
 * exist before the load.
 */
export class MixedWorkload implements Workload {
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  kind = READ;
  scanLength = 0;
  readonly #rng: Rng;
  /** A random signed integer means the first kind of operation whose number here is above it. */
  readonly #below: Float64Array;
  readonly #keys: RecordKeys;
  readonly #values: Values;
  readonly #distribution: Distribution;
  readonly #order: InsertOrder;
  readonly #scanLengthMax: number;
  #inserts = 0;

  constructor(rng: Rng, options: MixOptions, place: MixPlace) {
    this.#rng = rng;
    this.#below = Float64Array.from(options.shares, (_, kind) => thresholdAfter(kind, options.shares));
    const { thread, threads, keys = new RecordKeys(options) } = place;
    this.#keys = keys;
    // With random numbers of their own, so that the values' sizes do not affect the operations.
    this.#values = place.values ?? createValues(new Rng(rng.next() >>> 0), options, { thread, threads });
    const { keyCount, keyCountMax, scanLength = 0 } = options;
    this.#scanLengthMax = scanLength;
    this.#order = new InsertOrder({ keyCount, keyCountMax, thread, threads });
    this.#distribution = createDistribution(rng, options, this.#order);
    this.key = this.#keys.createKey();
    this.value = this.#values.createValue();
  }

  /** @throws {RecordsUsedUpError} when the next operation is an insert and there is no room for another record */
  next(): void {
    const kind = this.#nextKind();
    this.kind = kind;
    this.#keys.write(kind === INSERT ? this.#nextInsert() : this.#distribution.next(), this.key);
    if (kind === READ) return;
    if (kind < DELETE) this.#values.write(this.value);
    else if (kind === DELETE) this.#values.skip();
    else this.scanLength = 1 + this.#rng.below(this.#scanLengthMax);
  }

  #nextKind(): number {
    const bits = this.#rng.next();
    const below = this.#below;
    let kind = 0;
    while (bits >= below[kind]!) kind++;
    return kind;
  }

  #nextInsert(): number {
    const record = this.#order.record(this.#inserts++);
    this.#distribution.grow?.();
    return record;
  }
}

/**
 * The signed 32-bit integer below which a random one means `kind` or an earlier kind. It lies above all of them if no
 * later kind has a share, so that rounding cannot give it one.
 */
function thresholdAfter(kind: number, shares: readonly number[]): number {
  if (shares.slice(kind + 1).every((share) => share === 0)) return TWO_TO_31;
  const share = shares.slice(0, kind + 1).reduce((sum, share) => sum + share, 0);
  return Math.round(share * 2 * TWO_TO_31) - TWO_TO_31;
}
