/**
 * The replay of a trace as the crash command needs it: its records are the trace's keys, and its operations can be gone
 * through again.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import { TRACE } from "../replay/format/trace_format.ts";
import { laneOf } from "../replay/trace_feed.ts";
import { EnoughError, readTrace, type TraceOperation } from "../replay/trace_reader.ts";
import { hashKey } from "../store/hash.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { unpackedChunks } from "../system/unpacked_file.ts";
import { keySpaceOf } from "./key_space.ts";
import type { NumberedLoad, NumberedOperations } from "./numbered_load.ts";
import type { NumberedPlace } from "./numbered_workload.ts";
import type { Values } from "./record.ts";
import { KINDS, replayValues } from "./replay_workload.ts";
import { UPDATE } from "./operation.ts";
import { type ReplayOptions, traceOf } from "./workload.ts";

/** The record of an operation that there is not. */
const NOBODY = -1;

/**
 * A trace, or its beginning, in memory: each key once, and for each operation its record, its kind and the size of its
 * value. A key belongs to the lane that the reader hands its operations to.
 */
export class NumberedTrace implements NumberedLoad {
  readonly keySpace: KeySpace;
  readonly #options: ReplayOptions;
  readonly #content: TraceContent;
  /** By how many lanes there are: which of them each record belongs to. */
  readonly #owners = new Map<number, Int32Array>();

  private constructor(options: ReplayOptions, content: TraceContent) {
    this.#options = options;
    this.#content = content;
    this.keySpace = { ...keySpaceOf(options, true), keyCount: content.keyCount };
  }

  /**
   * Reads the trace, as far as it is replayed.
   *
   * @param options with what is in the trace
   * @throws {PersistError} when that fails
   */
  static async read(options: ReplayOptions): Promise<NumberedTrace> {
    const { path, roundOpsMax = Infinity } = options;
    const { format } = traceOf(options);
    const content = new TraceContent();
    await readTrace(unpackedChunks(path), format, {
      operation: (operation) => {
        if (content.count === roundOpsMax) throw new EnoughError();
        content.add(operation);
      },
    });
    return new NumberedTrace(options, content);
  }

  createKey(): PaddedBytes {
    return new PaddedBytes(this.keySpace.keyLengthMax);
  }

  writeKey(record: number, key: PaddedBytes): void {
    this.#content.writeKey(record, key);
  }

  ownerOf(record: number, threads: number): number {
    return this.#ownersAmong(threads)[record]!;
  }

  *recordsOf(thread: number, threads: number): Iterable<number> {
    const owners = this.#ownersAmong(threads);
    for (let record = 0; record < owners.length; record++) if (owners[record] === thread) yield record;
  }

  operations(seed: number, place: NumberedPlace): NumberedOperations {
    const values = replayValues(seed, this.#options, place);
    return new LaneOperations(this.#content, {
      values,
      thread: place.thread,
      owners: this.#ownersAmong(place.threads),
    });
  }

  #ownersAmong(threads: number): Int32Array {
    const known = this.#owners.get(threads);
    if (known !== undefined) return known;
    const { hashes, keyCount } = this.#content;
    const owners = hashes.slice(0, keyCount).map((hash) => laneOf(hash, threads));
    this.#owners.set(threads, owners);
    return owners;
  }
}

/** What is kept of a trace, in arrays that grow. */
class TraceContent {
  /** Of the operations. */
  count = 0;
  records = new Int32Array(1024);
  kinds = new Uint8Array(1024);
  sizes = new Int32Array(1024);
  /** Of the keys, in the order in which they first appear. */
  keyCount = 0;
  hashes = new Int32Array(1024);
  #ends = new Float64Array(1024);
  #bytes = new Uint8Array(16_384);
  /** The record of each key, by its hash; -1: free. */
  #slots = new Int32Array(2048).fill(NOBODY);

  add({ key, kind, valueBytes }: TraceOperation): void {
    const at = this.count++;
    if (at === this.records.length) {
      this.records = grown(this.records, 2 * at);
      this.kinds = grown(this.kinds, 2 * at);
      this.sizes = grown(this.sizes, 2 * at);
    }
    this.records[at] = this.#recordOf(key);
    this.kinds[at] = kind;
    this.sizes[at] = valueBytes;
  }

  writeKey(record: number, key: PaddedBytes): void {
    key.copy(this.#bytes, this.#startOf(record), this.#ends[record]!);
  }

  #startOf(record: number): number {
    return record === 0 ? 0 : this.#ends[record - 1]!;
  }

  /** The record of a key, which is a new one if the key is. */
  #recordOf(key: PaddedBytes): number {
    const hash = hashKey(key.words, key.length);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== NOBODY; slot = (slot + 1) & mask) {
      const record = this.#slots[slot]!;
      if (this.hashes[record] === hash && this.#isKey(record, key)) return record;
    }
    const record = this.keyCount++;
    this.#slots[slot] = record;
    if (record === this.hashes.length) {
      this.hashes = grown(this.hashes, 2 * record);
      this.#ends = grown(this.#ends, 2 * record);
    }
    const start = this.#startOf(record);
    const end = start + key.length;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, 2 * end);
    this.#bytes.set(key.bytes.subarray(0, key.length), start);
    this.hashes[record] = hash;
    this.#ends[record] = end;
    if (2 * this.keyCount > this.#slots.length) this.#rehash();
    return record;
  }

  #isKey(record: number, { bytes, length }: PaddedBytes): boolean {
    const start = this.#startOf(record);
    if (this.#ends[record]! - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.#bytes[start + i] !== bytes[i]) return false;
    return true;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(NOBODY);
    const mask = this.#slots.length - 1;
    for (let record = 0; record < this.keyCount; record++) {
      let slot = this.hashes[record]! & mask;
      while (this.#slots[slot] !== NOBODY) slot = (slot + 1) & mask;
      this.#slots[slot] = record;
    }
  }
}

function grown<Numbers extends Int32Array | Uint8Array | Float64Array>(array: Numbers, length: number): Numbers {
  const copy = new (array.constructor as new (length: number) => Numbers)(length);
  copy.set(array);
  return copy;
}

/** The operations of one lane, again and again. A lane without any goes on to {@linkcode NOBODY}'s. */
class LaneOperations implements NumberedOperations {
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  kind = UPDATE;
  record = NOBODY;
  readonly #content: TraceContent;
  readonly #values: Values;
  readonly #thread: number;
  readonly #owners: Int32Array;
  #at = -1;

  constructor(
    content: TraceContent,
    { values, thread, owners }: { values: Values; thread: number; owners: Int32Array },
  ) {
    this.#content = content;
    this.#values = values;
    this.#thread = thread;
    this.#owners = owners;
    this.key = new PaddedBytes(0);
    this.value = values.createValue();
  }

  next(): void {
    this.#advance(false);
  }

  nextWrite(): void {
    this.#advance(true);
  }

  #advance(isWrite: boolean): void {
    const { records, kinds, count } = this.#content;
    this.record = NOBODY;
    for (let looked = 0; looked < count; looked++) {
      this.#at = (this.#at + 1) % count;
      const record = records[this.#at]!;
      if (this.#owners[record] !== this.#thread || (isWrite && kinds[this.#at] === TRACE.READ)) continue;
      this.#take(record, kinds[this.#at]!);
      return;
    }
  }

  #take(record: number, kind: number): void {
    this.record = record;
    this.kind = KINDS[kind]!;
    this.#content.writeKey(record, this.key);
    if (kind === TRACE.READ) return;
    if (kind === TRACE.DELETE) {
      this.#values.skip();
    } else {
      this.#values.setLength(this.#content.sizes[this.#at]!);
      this.#values.write(this.value);
    }
  }
}
