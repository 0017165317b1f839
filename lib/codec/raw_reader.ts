/**
 * Reads a raw snapshot.
 *
 * @module
 */
import { PaddedBytes } from "../store/padded_bytes.ts";
import { ENTRY_CAPACITY, ENTRY_HEADER_WORDS, ENTRY_KEY_LENGTH, ENTRY_VALUE_LENGTH, wordsFor } from "../store/shard.ts";
import { CorruptSnapshotError } from "./corrupt_snapshot_error.ts";
import { KeySet } from "./key_set.ts";
import { RAW_COUNT, RAW_HEAD_BYTES, RAW_MAGIC, RAW_SHARD, RAW_SHARDS, RAW_VERSION, RAW_WORDS } from "./raw_form.ts";
import { checkHead, repeatedKey, type SnapshotHead, type SnapshotReader } from "./snapshot_reader.ts";
import { copyText } from "./utf8.ts";

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
    copyText(this.#bytes, key, key + keyLength, this.key);
    if (!this.#keys.add(this.key, key, key + keyLength)) throw repeatedKey(this.key);
    copyText(this.#bytes, value, value + valueLength, this.value);
    this.#read++;
    return true;
  }

  #unexpected(): CorruptSnapshotError {
    return new CorruptSnapshotError(`it is not raw as kvlab writes it, at byte ${this.#position}`);
  }
}
