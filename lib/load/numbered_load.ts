/**
 * Loads whose records are numbered and whose puts can be told apart, as the crash command needs them: what each
 * record's key is, whose it is, and which operations each thread does.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { type NumberedPlace, NumberedWorkload } from "./numbered_workload.ts";
import { RecordKeys } from "./record.ts";
import { Rng } from "./rng.ts";
import { mixKeySpace, type MixOptions, type Workload } from "./workload.ts";

/** A thread's operations, gone through one by one. */
export interface NumberedOperations extends Workload {
  /** The record of the operation at hand. */
  readonly record: number;
  /** Advances to the next operation that writes something. */
  nextWrite(): void;
}

/**
 * What is known of a load without running it. Each record belongs to one thread, or one lane of a thread, which alone
 * writes it.
 */
export interface NumberedLoad {
  /** What it may put; as many keys as there may be records. */
  readonly keySpace: KeySpace;
  /** Creates a buffer for keys, to be passed to {@linkcode NumberedLoad.writeKey} alone. */
  createKey(): PaddedBytes;
  /** Writes the key of a record. */
  writeKey(record: number, key: PaddedBytes): void;
  /** Which of so many threads a record belongs to. */
  ownerOf(record: number, threads: number): number;
  /** The records of one of so many threads. */
  recordsOf(thread: number, threads: number): Iterable<number>;
  /** A thread's operations, from the first on; always the same ones. */
  operations(seed: number, place: NumberedPlace): NumberedOperations;
}

/** A mix as such a load: record `i` belongs to thread `i` modulo the number of threads. */
export class NumberedMix implements NumberedLoad {
  readonly keySpace: KeySpace;
  readonly #mix: MixOptions;
  readonly #keys: RecordKeys;

  constructor(mix: MixOptions) {
    this.#mix = mix;
    this.#keys = new RecordKeys(mix);
    this.keySpace = mixKeySpace(mix);
  }

  createKey(): PaddedBytes {
    return this.#keys.createKey();
  }

  writeKey(record: number, key: PaddedBytes): void {
    this.#keys.write(record, key);
  }

  ownerOf(record: number, threads: number): number {
    return record % threads;
  }

  *recordsOf(thread: number, threads: number): Iterable<number> {
    for (let record = thread; record < this.keySpace.keyCount; record += threads) yield record;
  }

  operations(seed: number, place: NumberedPlace): NumberedOperations {
    return new NumberedWorkload(new Rng(seed, 2 * place.thread), this.#mix, place);
  }
}

/** The key of a record as text. */
export function keyText(load: NumberedLoad, record: number): string {
  const key = load.createKey();
  load.writeKey(record, key);
  return key.toString();
}
