/**
 * Blocks in raw form: a page's own words, with a head and a checksum. All numbers are 32-bit little-endian words,
 * except the version, a float64:
 *
 * | bytes | content |
 * |---|---|
 * | 0 … 3 | `kvl3`; `kvlb` in the older format, which lacks what is `together` |
 * | 4 … 7 | the block's number |
 * | 8 … 11 | the shard |
 * | 12 … 15 | the page |
 * | 16 … 23 | the version |
 * | 24 … 27 | how many pages were written together |
 * | 28 … 31 | the number of words of entries |
 * | 32 … | the entries, dead ones included, as `store/shard.ts` describes them, then zeros |
 * | last 8 | `kvlb`, and the CRC-32 of all bytes before it |
 *
 * In the older format, a word of -1 may end the entries sooner, and an entry that is dead counts all the same if bit 1
 * of its capacity is set: its key was on another page, too, which may not have been written yet.
 *
 * @module
 */
import { PaddedBytes } from "../../store/padded_bytes.ts";
import { ENTRY_HEADER_WORDS } from "../../store/shard.ts";
import { crc32 } from "../crc32.ts";
import { CorruptSnapshotError } from "../snapshot_reader.ts";
import type { OutputBuffer } from "../output_buffer.ts";
import {
  type BlockCodec,
  type BlockHealth,
  type BlockImage,
  type BlockReader,
  healthOfUnsound,
} from "./block_codec.ts";

/** `kvl3` and `kvlb`, as little-endian words. */
const MAGIC = 0x6b | 0x76 << 8 | 0x6c << 16 | 0x33 << 24;
const OLDER_MAGIC = 0x6b | 0x76 << 8 | 0x6c << 16 | 0x62 << 24;
const HEAD_BYTES = 32;
const OLDER_HEAD_BYTES = 28;
const OLDER_PAGE_END = -1;
const OLDER_MOVED_AWAY = 2;
const TAIL_BYTES = 8;
const CRC_BYTES = 4;
const WORD_BYTES = 4;
/** A constant of this module, because V8 folds those, but not imported ones. */
const ENTRY_HEADER = ENTRY_HEADER_WORDS;
const DEAD = 1 << 31;

/** The raw form of blocks; see the module's comment. */
export const rawBlockCodec: BlockCodec = {
  name: "raw",

  encode(image: BlockImage, out: OutputBuffer, position: number, blockBytes: number): void {
    const { block, shard, page, version, together, start, end, words } = image;
    const entryBytes = (end - start) * WORD_BYTES;
    if (HEAD_BYTES + entryBytes + TAIL_BYTES > blockBytes) {
      throw new RangeError("Cannot encode a block: it is too small");
    }
    out.reserve(position, blockBytes);
    const { view, bytes } = out;
    view.setInt32(position, MAGIC, true);
    view.setInt32(position + 4, block, true);
    view.setInt32(position + 8, shard, true);
    view.setInt32(position + 12, page, true);
    view.setFloat64(position + 16, version, true);
    view.setInt32(position + 24, together, true);
    view.setInt32(position + 28, end - start, true);
    const entries = position + HEAD_BYTES;
    bytes.set(new Uint8Array(words.buffer, words.byteOffset + start * WORD_BYTES, entryBytes), entries);
    const covered = position + blockBytes - CRC_BYTES;
    bytes.fill(0, entries + entryBytes, covered);
    view.setInt32(covered - 4, OLDER_MAGIC, true);
    view.setUint32(covered, crc32(bytes.subarray(position, covered), blockBytes - CRC_BYTES), true);
  },

  renumber(bytes: Uint8Array<ArrayBuffer>, block: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const covered = bytes.length - CRC_BYTES;
    view.setInt32(4, block, true);
    view.setUint32(covered, crc32(bytes, covered), true);
  },

  blank: (blockBytes) => new Uint8Array(blockBytes),
  reader: (blockBytes) => new RawBlockReader(blockBytes),
};

class RawBlockReader implements BlockReader {
  block = 0;
  shard = 0;
  page = 0;
  version = 0;
  together = 0;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #blank: Uint8Array<ArrayBuffer>;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #position = 0;
  #end = 0;

  constructor(blockBytes: number) {
    this.#blank = new Uint8Array(blockBytes);
    this.#bytes = this.#blank;
    this.#view = new DataView(this.#blank.buffer);
  }

  open(bytes: Uint8Array<ArrayBuffer>): BlockHealth {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const covered = bytes.length - CRC_BYTES;
    const magic = view.getInt32(0, true);
    const isSound = view.getInt32(covered - 4, true) === OLDER_MAGIC && (magic === MAGIC || magic === OLDER_MAGIC) &&
      view.getUint32(covered, true) === crc32(bytes, covered);
    if (!isSound) return healthOfUnsound(bytes, this.#blank, TAIL_BYTES);
    this.#bytes = bytes;
    this.#view = view;
    this.block = view.getInt32(4, true);
    this.shard = view.getInt32(8, true);
    this.page = view.getInt32(12, true);
    this.version = view.getFloat64(16, true);
    const isOlder = magic === OLDER_MAGIC;
    this.together = isOlder ? 0 : view.getInt32(24, true);
    this.#position = isOlder ? OLDER_HEAD_BYTES : HEAD_BYTES;
    this.#end = this.#position + view.getInt32(this.#position - WORD_BYTES, true) * WORD_BYTES;
    return "sound";
  }

  next(): boolean {
    const view = this.#view;
    for (;;) {
      const entry = this.#position;
      if (entry >= this.#end) return false;
      const head = view.getInt32(entry, true);
      if (head === OLDER_PAGE_END) return false;
      const keyLength = head & ~DEAD;
      const valueLength = view.getInt32(entry + 4, true);
      const capacity = view.getInt32(entry + 8, true);
      const key = entry + ENTRY_HEADER * WORD_BYTES;
      const value = key + ((keyLength + 3) & ~3);
      this.#position = value + (capacity & ~3);
      if (valueLength < 0 || valueLength > (capacity & ~3) || this.#position > this.#end) {
        throw new CorruptSnapshotError(`its entry at byte ${entry} runs past the end of its entries`);
      }
      if (head < 0 && (capacity & OLDER_MOVED_AWAY) === 0) continue;
      this.key.copy(this.#bytes, key, key + keyLength);
      this.value.copy(this.#bytes, value, value + valueLength);
      return true;
    }
  }
}
