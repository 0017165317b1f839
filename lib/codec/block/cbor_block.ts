/**
 * Blocks in CBOR, so that a file of them is a CBOR sequence (RFC 8742). Numbers and the padding have heads of a fixed
 * size, so that the members before the entries are always in the same place and all blocks have the same length.
 *
 * Heads and copies of text are written as in `cbor_text.ts` and `output_buffer.ts`; to share these functions, which
 * records do, would make encoding blocks 3% slower.
 *
 * @module
 */
import { PaddedBytes } from "../../store/padded_bytes.ts";
import { ENTRY_HEADER_WORDS } from "../../store/shard.ts";
import { shortText } from "../cbor_text.ts";
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

/** Major types, already shifted into place above the argument. */
const TEXT = 0x60;
/** Heads whose argument is in the next four bytes, or the next eight. */
const UNSIGNED_32 = 0x1a;
const UNSIGNED_64 = 0x1b;
const BYTES_32 = 0x5a;
const MAP_32 = 0xba;
/** A map of eight, and of seven in the older format; and a byte string of four. */
const BLOCK_MAP = 0xa8;
const OLDER_MAP = 0xa7;
const CRC = 0x44;
const CRC_BYTES = 4;

/** Largest argument that fits a head's own byte. */
const DIRECT_MAX = 23;

const TWO_TO_32 = 0x1_0000_0000;
/** A constant of this module, because V8 folds those, but not imported ones. */
const ENTRY_HEADER = ENTRY_HEADER_WORDS;
const DEAD = 1 << 31;

/** The beginning of every block up to what may be left out, with zeros in place of the numbers. */
const WHICH = Uint8Array.of(
  BLOCK_MAP,
  ...shortText("block"),
  ...[UNSIGNED_32, 0, 0, 0, 0],
  ...shortText("shard"),
  ...[UNSIGNED_32, 0, 0, 0, 0],
  ...shortText("page"),
  ...[UNSIGNED_32, 0, 0, 0, 0],
  ...shortText("version"),
  ...[UNSIGNED_64, 0, 0, 0, 0, 0, 0, 0, 0],
);
const TOGETHER = Uint8Array.of(...shortText("together"), UNSIGNED_32, 0, 0, 0, 0);
const ENTRIES = Uint8Array.of(...shortText("entries"), MAP_32, 0, 0, 0, 0);
const PREFIX = Uint8Array.of(...WHICH, ...TOGETHER, ...ENTRIES);
/** The beginning in the older format. */
const OLDER_PREFIX = Uint8Array.of(OLDER_MAP, ...WHICH.subarray(1), ...ENTRIES);
/** Where the numbers go in it; the number of entries comes last. */
const BLOCK_AT = 8;
const SHARD_AT = 19;
const PAGE_AT = 29;
const VERSION_AT = 42;
const TOGETHER_AT = WHICH.length + TOGETHER.length - 4;
const COUNT_AT = PREFIX.length - 4;
const WHICH_NUMBERS = [[BLOCK_AT, 4], [SHARD_AT, 4], [PAGE_AT, 4], [VERSION_AT, 8]] as const;
const NUMBERS = [...WHICH_NUMBERS, [TOGETHER_AT, 4], [COUNT_AT, 4]] as const;
const OLDER_NUMBERS = [...WHICH_NUMBERS, [OLDER_PREFIX.length - 4, 4]] as const;

const PADDING = Uint8Array.of(...shortText("padding"), BYTES_32);
const PADDING_HEAD_BYTES = PADDING.length + 4;
const TAIL = Uint8Array.of(...shortText("crc32"), CRC);
const TAIL_BYTES = TAIL.length + CRC_BYTES;

/** The CBOR form of blocks; see the module's comment. */
export const cborBlockCodec: BlockCodec = {
  name: "cbor",

  encode(image: BlockImage, out: OutputBuffer, position: number, blockBytes: number): void {
    out.reserve(position, blockBytes);
    const { view, bytes } = out;
    bytes.set(PREFIX, position);
    view.setUint32(position + BLOCK_AT, image.block);
    view.setUint32(position + SHARD_AT, image.shard);
    view.setUint32(position + PAGE_AT, image.page);
    view.setUint32(position + VERSION_AT, Math.floor(image.version / TWO_TO_32));
    view.setUint32(position + VERSION_AT + 4, image.version % TWO_TO_32);
    view.setUint32(position + TOGETHER_AT, image.together);
    const tail = position + blockBytes - TAIL_BYTES;
    const entriesEnd = encodeEntries(image, view, position);
    const padding = entriesEnd + PADDING_HEAD_BYTES;
    if (padding > tail) throw new RangeError("Cannot encode a block: it is too small");
    bytes.set(PADDING, entriesEnd);
    view.setUint32(padding - 4, tail - padding);
    bytes.fill(0, padding, tail);
    bytes.set(TAIL, tail);
    const crcAt = position + blockBytes - CRC_BYTES;
    view.setUint32(crcAt, crc32(bytes.subarray(position, crcAt), blockBytes - CRC_BYTES));
  },

  renumber(bytes: Uint8Array<ArrayBuffer>, block: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const crcAt = bytes.length - CRC_BYTES;
    view.setUint32(BLOCK_AT, block);
    view.setUint32(crcAt, crc32(bytes, crcAt));
  },

  blank: (blockBytes) => new Uint8Array(blockBytes),
  reader: (blockBytes) => new CborBlockReader(blockBytes),
};

/** Writes the number of entries, then all entries; returns the position after the last. */
function encodeEntries(image: BlockImage, view: DataView<ArrayBuffer>, start: number): number {
  const { words, bytes: source, end } = image;
  let position = (start + PREFIX.length) | 0;
  let count = 0;
  for (let entry = image.start | 0; entry < end;) {
    const head = words[entry]!;
    const keyLength = head & ~DEAD;
    const valueLength = words[(entry + 1) | 0]!;
    const capacity = words[(entry + 2) | 0]!;
    const key = (entry + ENTRY_HEADER) | 0;
    const value = (key + ((keyLength + 3) >> 2)) | 0;
    entry = (value + (capacity >> 2)) | 0;
    if (head < 0) continue;
    position = copyText(source, key, keyLength, view, writeTextHead(view, position, keyLength));
    position = copyText(source, value, valueLength, view, writeTextHead(view, position, valueLength));
    count++;
  }
  view.setUint32(start + COUNT_AT, count);
  return position;
}

/** Writes the shortest head for a text of `length` bytes; returns the position after it. */
function writeTextHead(view: DataView<ArrayBuffer>, position: number, length: number): number {
  if (length <= DIRECT_MAX) {
    view.setUint8(position, TEXT | length);
    return (position + 1) | 0;
  }
  if (length <= 0xff) {
    view.setUint8(position, TEXT | 24);
    view.setUint8((position + 1) | 0, length);
    return (position + 2) | 0;
  }
  if (length <= 0xffff) {
    view.setUint8(position, TEXT | 25);
    view.setUint16((position + 1) | 0, length);
    return (position + 3) | 0;
  }
  view.setUint8(position, TEXT | 26);
  view.setUint32((position + 1) | 0, length);
  return (position + 5) | 0;
}

/**
 * Copies text eight bytes at a time; whatever is written next overwrites the excess. Returns the position after the
 * text.
 */
function copyText(
  source: DataView<SharedArrayBuffer>,
  offset: number,
  length: number,
  view: DataView<ArrayBuffer>,
  start: number,
): number {
  const from = 4 * offset;
  for (let at = 0; at < length; at = (at + 8) | 0) {
    view.setBigInt64((start + at) | 0, source.getBigInt64(from + at, true), true);
  }
  return (start + length) | 0;
}

class CborBlockReader implements BlockReader {
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
  #left = 0;

  constructor(blockBytes: number) {
    this.#blank = new Uint8Array(blockBytes);
    this.#bytes = this.#blank;
    this.#view = new DataView(this.#blank.buffer);
  }

  open(bytes: Uint8Array<ArrayBuffer>): BlockHealth {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const crcAt = bytes.length - CRC_BYTES;
    const isOlder = bytes[0] === OLDER_MAP;
    const hasPrefix = isOlder ? beginsWith(bytes, OLDER_PREFIX, OLDER_NUMBERS) : beginsWith(bytes, PREFIX, NUMBERS);
    const isSound = hasPrefix && view.getUint32(crcAt) === crc32(bytes, crcAt);
    if (!isSound) return healthOfUnsound(bytes, this.#blank, TAIL_BYTES);
    this.#bytes = bytes;
    this.#view = view;
    this.block = view.getUint32(BLOCK_AT);
    this.shard = view.getUint32(SHARD_AT);
    this.page = view.getUint32(PAGE_AT);
    this.version = view.getUint32(VERSION_AT) * TWO_TO_32 + view.getUint32(VERSION_AT + 4);
    this.together = isOlder ? 0 : view.getUint32(TOGETHER_AT);
    this.#position = isOlder ? OLDER_PREFIX.length : PREFIX.length;
    this.#left = view.getUint32(this.#position - 4);
    return "sound";
  }

  next(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    this.#readText(this.key);
    this.#readText(this.value);
    return true;
  }

  #readText(out: PaddedBytes): void {
    const view = this.#view;
    const at = this.#position;
    const end = this.#bytes.length - TAIL_BYTES;
    const head = at + 5 <= end ? view.getUint8(at) : 0;
    let start = at + 1;
    let length = head & 31;
    if (length > DIRECT_MAX) {
      const size = 1 << (length - 24);
      length = size === 1
        ? view.getUint8(start)
        : size === 2
        ? view.getUint16(start)
        : size === 4
        ? view.getUint32(start)
        : Infinity;
      start += size;
    }
    if ((head & 0xe0) !== TEXT || start + length > end) {
      throw new CorruptSnapshotError(`it has no text at byte ${at}`);
    }
    out.copy(this.#bytes, start, start + length);
    this.#position = start + length;
  }
}

/** Whether the bytes begin like a block, whatever its numbers. */
function beginsWith(
  bytes: Uint8Array<ArrayBuffer>,
  prefix: Uint8Array,
  numbers: readonly (readonly [start: number, length: number])[],
): boolean {
  let at = 0;
  for (const [start, length] of numbers) {
    for (; at < start; at++) if (bytes[at] !== prefix[at]) return false;
    at = start + length;
  }
  return true;
}
