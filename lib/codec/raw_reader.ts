/**
 * The raw form of a snapshot, and what reads it. The form is a copy of the arena's words, with a head and a checksum.
 * Without encoding, it costs only a memcpy; but only kvlab can read it. Alone of all forms, it holds keys and values of
 * any bytes, not only of UTF-8.
 *
 * All numbers are little-endian. A file is
 *
 * | bytes | content |
 * |---|---|
 * | 0 … 15 | `kvlab-raw/1`, a line feed, zeros |
 * | 16 … 19 | the shard's index |
 * | 20 … 23 | the number of shards |
 * | 24 … 31 | the version, as a float64: how many puts and deletes the shard had applied |
 * | 32 … 35 | the number of live entries |
 * | 36 … 39 | the number of words that follow |
 * | 40 … | the entries, dead ones included, as `store/shard.ts` describes them |
 * | last 4 | CRC-32 of all bytes before |
 *
 * @module
 */
import { PaddedBytes } from "../store/padded_bytes.ts";
import { ENTRY_CAPACITY, ENTRY_HEADER_WORDS, ENTRY_KEY_LENGTH, ENTRY_VALUE_LENGTH, wordsFor } from "../store/shard.ts";
import {
  checkHead,
  CorruptSnapshotError,
  repeatedKey,
  type SnapshotHead,
  type SnapshotReader,
} from "./snapshot_reader.ts";
import { KeySet } from "./key_set.ts";

/** The beginning of every raw snapshot. */
export const RAW_MAGIC = new TextEncoder().encode("kvlab-raw/1\n\0\0\0\0");

/** Bytes before the entries. */
export const RAW_HEAD_BYTES = 40;

/** Bytes of the checksum. */
export const RAW_CRC_BYTES = 4;

/** Offsets of the head's fields, in bytes. */
export const RAW_SHARD = 16;
export const RAW_SHARDS = 20;
export const RAW_VERSION = 24;
export const RAW_COUNT = 32;
export const RAW_WORDS = 36;

const WORD_BYTES = 4;

/** Reads the entries of a snapshot whose checksum has already been verified; dead ones are skipped. */
export class RawSnapshotReader implements SnapshotReader {
  readonly head: SnapshotHead;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #keys: KeySet;
  #position = RAW_HEAD_BYTES;
  #read = 0;

  /**
   * @param covered number of bytes that the checksum covers
   * @throws {CorruptSnapshotError} when the head is not what kvlab writes
   */
  constructor(bytes: Uint8Array, covered: number) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, covered);
    this.#bytes = bytes;
    this.#view = view;
    this.#end = covered;
    if (!RAW_MAGIC.every((byte, i) => bytes[i] === byte)) throw new CorruptSnapshotError("it is not a raw snapshot");
    this.head = checkHead({
      shard: view.getInt32(RAW_SHARD, true),
      shards: view.getInt32(RAW_SHARDS, true),
      version: view.getFloat64(RAW_VERSION, true),
      count: view.getInt32(RAW_COUNT, true),
    }, bytes.length);
    if (RAW_HEAD_BYTES + view.getInt32(RAW_WORDS, true) * WORD_BYTES !== covered) throw this.#unexpected();
    this.#keys = new KeySet(bytes, this.head.count, ENTRY_HEADER_WORDS * WORD_BYTES);
  }

  next(): boolean {
    while (this.#position < this.#end) if (this.#readEntry()) return true;
    const { count } = this.head;
    if (this.#read === count) return false;
    throw new CorruptSnapshotError(`its count is ${count}, but it has ${this.#read} entries`);
  }

  /** Reads one entry; returns whether it is live. */
  #readEntry(): boolean {
    const at = this.#position;
    const key = at + ENTRY_HEADER_WORDS * WORD_BYTES;
    if (key > this.#end) throw this.#unexpected();
    const keyLength = this.#view.getInt32(at + ENTRY_KEY_LENGTH * WORD_BYTES, true);
    const valueLength = this.#view.getInt32(at + ENTRY_VALUE_LENGTH * WORD_BYTES, true);
    const capacity = this.#view.getInt32(at + ENTRY_CAPACITY * WORD_BYTES, true) & ~3;
    const value = key + wordsFor(keyLength & 0x7fff_ffff) * WORD_BYTES;
    if (capacity < 0 || value + capacity > this.#end || valueLength > capacity) throw this.#unexpected();
    this.#position = value + capacity;
    if (keyLength < 0) return false;
    if (valueLength < 0) throw this.#unexpected();
    if (this.#read === this.head.count) {
      throw new CorruptSnapshotError(`its count is ${this.head.count}, but it has more entries`);
    }
    this.key.copy(this.#bytes, key, key + keyLength);
    if (!this.#keys.add(this.key, key, key + keyLength)) throw repeatedKey(this.key);
    this.value.copy(this.#bytes, value, value + valueLength);
    this.#read++;
    return true;
  }

  #unexpected(): CorruptSnapshotError {
    return new CorruptSnapshotError(`it is not raw as kvlab writes it, at byte ${this.#position}`);
  }
}
