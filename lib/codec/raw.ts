/**
 * The raw codec: a copy of the arena's words, with a head and a checksum. Without encoding, it costs only a memcpy; but
 * only kvlab can read it. Alone of all forms, it holds keys and values of any bytes, not only of UTF-8.
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
import {
  ENTRY_CAPACITY,
  ENTRY_HEADER_WORDS,
  ENTRY_KEY_LENGTH,
  ENTRY_VALUE_LENGTH,
  type ShardView,
  wordsFor,
} from "../store/shard.ts";
import type { Codec } from "./codec.ts";
import { crc32 } from "./crc32.ts";
import { KeySet } from "./key_set.ts";
import type { OutputBuffer } from "./output_buffer.ts";
import {
  checkHead,
  CorruptSnapshotError,
  repeatedKey,
  type SnapshotHead,
  type SnapshotReader,
} from "./snapshot_reader.ts";

/** The beginning of every raw snapshot. */
const MAGIC = new TextEncoder().encode("kvlab-raw/1\n\0\0\0\0");

/** Bytes before the entries. */
const HEAD_BYTES = 40;

/** Bytes of the checksum. */
const CRC_BYTES = 4;

/** Offsets of the head's fields, in bytes. */
const SHARD = 16;
const SHARDS = 20;
const VERSION = 24;
const COUNT = 32;
const WORDS = 36;

const WORD_BYTES = 4;

/** The raw form of a snapshot; see the module's comment. */
export const rawCodec: Codec = {
  name: "raw",

  encode(source: ShardView, out: OutputBuffer): number {
    const words = source.end - source.start;
    const end = HEAD_BYTES + words * Int32Array.BYTES_PER_ELEMENT;
    out.reserve(0, end + CRC_BYTES);
    const { view, bytes } = out;
    bytes.set(MAGIC);
    view.setInt32(SHARD, source.shard, true);
    view.setInt32(SHARDS, source.shards, true);
    view.setFloat64(VERSION, source.version, true);
    view.setInt32(COUNT, source.count, true);
    view.setInt32(WORDS, words, true);
    const { buffer, byteOffset } = source.words;
    bytes.set(new Uint8Array(buffer, byteOffset + source.start * 4, words * 4), HEAD_BYTES);
    view.setUint32(end, crc32(bytes, end), true);
    return end + CRC_BYTES;
  },

  read(bytes: Uint8Array<ArrayBuffer>): SnapshotReader {
    const covered = bytes.length - CRC_BYTES;
    if (covered < HEAD_BYTES) throw new CorruptSnapshotError(`it ends after ${bytes.length} bytes`);
    const found = new DataView(bytes.buffer, bytes.byteOffset).getUint32(covered, true);
    if (found !== crc32(bytes, covered)) {
      throw new CorruptSnapshotError("it does not end with the crc32 of its content");
    }
    return new RawSnapshotReader(bytes, covered);
  },
};

/** Reads the entries of a snapshot whose checksum has already been verified; dead ones are skipped. */
class RawSnapshotReader implements SnapshotReader {
  readonly head: SnapshotHead;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #keys: KeySet;
  #position = HEAD_BYTES;
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
    if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw new CorruptSnapshotError("it is not a raw snapshot");
    this.head = checkHead({
      shard: view.getInt32(SHARD, true),
      shards: view.getInt32(SHARDS, true),
      version: view.getFloat64(VERSION, true),
      count: view.getInt32(COUNT, true),
    }, bytes.length);
    if (HEAD_BYTES + view.getInt32(WORDS, true) * WORD_BYTES !== covered) throw this.#unexpected();
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
