/**
 * Blocks in JSON: each is one line of the block's length, so that a person can grep a file of them:
 *
 * ```text
 * {"block":12,"shard":3,"page":4,"version":1234,"together":2,"entries":{"Key1":"foo"}    ,"crc32":"1a2b3c4d"}
 * ```
 *
 * The spaces pad it to the common length, and the checksum covers all bytes before the comma in front of it.
 *
 * Some functions are the same as in `json.ts`, `output_buffer.ts` and `json_record_reader.ts`: V8 does not fold what is
 * imported, so sharing those that run for each text would make encoding blocks 5% slower, and reading up to 10%.
 *
 * @module
 */
import { PaddedBytes } from "../../store/padded_bytes.ts";
import { ENTRY_HEADER_WORDS, SPECIAL_KEY } from "../../store/shard.ts";
import { CorruptSnapshotError } from "../snapshot_reader.ts";
import { crc32, CRC32_LENGTH, crc32Hex } from "../crc32.ts";
import { encodeEscaped, readEscaped } from "../escaped_text.ts";
import type { OutputBuffer } from "../output_buffer.ts";
import {
  type BlockCodec,
  type BlockHealth,
  type BlockImage,
  type BlockReader,
  healthOfUnsound,
} from "./block_codec.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE = 0x7d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const LINE_FEED = 0x0a;
/** `":"` and `",`, as little-endian words. */
const KEY_END_WORD = 0x22 | 0x3a << 8 | 0x22 << 16;
const VALUE_END_WORD = 0x22 | 0x2c << 8;

/** The text before each number, and before the entries. */
const NAMES = ['{"block":', ',"shard":', ',"page":', ',"version":', ',"together":', ',"entries":{'].map((text) =>
  new TextEncoder().encode(text)
);
const TAIL_PREFIX = ',"crc32":"';
const TAIL_SUFFIX = '"}\n';
const TAIL_BYTES = TAIL_PREFIX.length + CRC32_LENGTH + TAIL_SUFFIX.length;

/** A constant of this module, because V8 folds those, but not imported ones. */
const ENTRY_HEADER = ENTRY_HEADER_WORDS;
const DEAD = 1 << 31;
const SPECIAL = SPECIAL_KEY;

const utf8 = new TextDecoder();
const utf8Encoder = new TextEncoder();

/** The JSON form of blocks; see the module's comment. */
export const jsonBlockCodec: BlockCodec = {
  name: "json",

  encode(image: BlockImage, out: OutputBuffer, position: number, blockBytes: number): void {
    const { block, shard, page, version, together } = image;
    out.reserve(position, blockBytes);
    const which = `{"block":${block},"shard":${shard},"page":${page},"version":${version}`;
    const start = out.writeAscii(out.writeAscii(position, which), `,"together":${together},"entries":{`);
    const end = encodeEntries(image, out.view, start);
    const tail = position + blockBytes - TAIL_BYTES;
    if (end >= tail) throw new RangeError("Cannot encode a block: it is too small");
    const { bytes } = out;
    bytes[end] = CLOSE;
    bytes.fill(SPACE, end + 1, tail);
    const crc = crc32(bytes.subarray(position, tail), blockBytes - TAIL_BYTES);
    out.writeAscii(out.writeHex32(out.writeAscii(tail, TAIL_PREFIX), crc), TAIL_SUFFIX);
  },

  renumber(bytes: Uint8Array<ArrayBuffer>, block: number): void {
    const start = NAMES[0]!.length;
    const tail = bytes.length - TAIL_BYTES;
    let end = start;
    while (bytes[end]! >= DIGIT_0 && bytes[end]! <= DIGIT_9) end++;
    // What comes after a shorter number moves, and spaces pad it as before.
    const rest = bytes.slice(end, tail);
    const { written } = utf8Encoder.encodeInto(String(block), bytes.subarray(start));
    bytes.fill(SPACE, start + written, tail);
    bytes.set(rest, start + written);
    utf8Encoder.encodeInto(TAIL_PREFIX + crc32Hex(crc32(bytes, tail)) + TAIL_SUFFIX, bytes.subarray(tail));
  },

  blank(blockBytes: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(blockBytes).fill(SPACE);
    bytes[blockBytes - 1] = LINE_FEED;
    return bytes;
  },

  reader: (blockBytes) => new JsonBlockReader(jsonBlockCodec.blank(blockBytes)),
};

/** Writes all entries; returns the position after the last, which has no comma. */
function encodeEntries(image: BlockImage, view: DataView<ArrayBuffer>, start: number): number {
  const { words, bytes: source, end } = image;
  let position = start | 0;
  for (let entry = image.start | 0; entry < end;) {
    const head = words[entry]!;
    const keyLength = head & ~DEAD;
    const valueLength = words[(entry + 1) | 0]!;
    const capacity = words[(entry + 2) | 0]!;
    const key = (entry + ENTRY_HEADER) | 0;
    const value = (key + ((keyLength + 3) >> 2)) | 0;
    entry = (value + (capacity >> 2)) | 0;
    if (head < 0) continue;
    view.setUint8(position, QUOTE);
    position = (position + 1) | 0;
    position = (capacity & SPECIAL) !== 0
      ? encodeEscaped(words, key, keyLength, view, position)
      : copyText(source, 4 * key, keyLength, view, position);
    view.setInt32(position, KEY_END_WORD, true);
    position = (position + 3) | 0;

    let special = 0;
    let to = position;
    let from = value;
    for (const last = (position + valueLength - 4) | 0; to < last; to = (to + 4) | 0, from = (from + 1) | 0) {
      const word = words[from]!;
      view.setInt32(to, word, true);
      special |= maybeSpecial(word);
    }
    if (valueLength > 0) {
      const lastWord = words[from]!;
      view.setInt32(to, lastWord, true);
      // Digits replace the padding, whose zeros would look like control characters.
      special |= maybeSpecial(lastWord | ((0x30303030 << ((valueLength - 1) << 3)) << 8));
    }
    position = (special & 0x80808080) === 0
      ? (position + valueLength) | 0
      : encodeEscaped(words, value, valueLength, view, position);
    view.setInt16(position, VALUE_END_WORD, true);
    position = (position + 2) | 0;
  }
  return position === start ? start : position - 1;
}

/**
 * Sets a byte's highest bit in the result if that byte of the word is below `0` or is a backslash; see `codec/json.ts`.
 */
function maybeSpecial(word: number): number {
  const backslashes = word ^ 0x5c5c5c5c;
  return ((word - 0x30303030) & ~word) | ((backslashes - 0x01010101) & ~backslashes);
}

/**
 * Copies text eight bytes at a time; whatever is written next overwrites the excess. Returns the position after the
 * text.
 */
function copyText(
  source: DataView<SharedArrayBuffer>,
  from: number,
  length: number,
  view: DataView<ArrayBuffer>,
  start: number,
): number {
  for (let at = 0; at < length; at = (at + 8) | 0) {
    view.setBigInt64((start + at) | 0, source.getBigInt64(from + at, true), true);
  }
  return (start + length) | 0;
}

/** Reads exactly the lines that the encoder writes, not everything that JSON allows. */
class JsonBlockReader implements BlockReader {
  block = 0;
  shard = 0;
  page = 0;
  version = 0;
  together = 0;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #blank: Uint8Array<ArrayBuffer>;
  #bytes: Uint8Array<ArrayBuffer>;
  /** The reading position; -1 once something is not as the encoder writes it. */
  #position = 0;
  #entries = 0;

  constructor(blank: Uint8Array<ArrayBuffer>) {
    this.#blank = blank;
    this.#bytes = blank;
  }

  open(bytes: Uint8Array<ArrayBuffer>): BlockHealth {
    const covered = bytes.length - TAIL_BYTES;
    const expected = () => TAIL_PREFIX + crc32Hex(crc32(bytes, covered)) + TAIL_SUFFIX;
    const isSound = bytes[covered] === COMMA && utf8.decode(bytes.subarray(covered)) === expected() &&
      this.#readHead(bytes);
    return isSound ? "sound" : healthOfUnsound(bytes, this.#blank, TAIL_BYTES);
  }

  next(): boolean {
    const bytes = this.#bytes;
    const at = this.#position;
    if (bytes[at] === CLOSE) return false;
    const start = at > this.#entries && bytes[at] === COMMA ? at + 1 : at;
    this.#position = start;
    this.#readText(this.key);
    if (bytes[this.#position] !== COLON) throw new CorruptSnapshotError(`it has no entry at byte ${start}`);
    this.#position++;
    this.#readText(this.value);
    return true;
  }

  /** Reads everything before the entries; returns whether it is valid. */
  #readHead(bytes: Uint8Array<ArrayBuffer>): boolean {
    this.#bytes = bytes;
    this.#position = 0;
    this.block = this.#readNumber(NAMES[0]!);
    this.shard = this.#readNumber(NAMES[1]!);
    this.page = this.#readNumber(NAMES[2]!);
    this.version = this.#readNumber(NAMES[3]!);
    this.together = this.#isNext(NAMES[4]!) ? this.#readNumber(NAMES[4]!) : 0;
    this.#readName(NAMES[5]!);
    this.#entries = this.#position;
    return this.#position >= 0;
  }

  #isNext(name: Uint8Array): boolean {
    const at = this.#position;
    return at >= 0 && name.every((byte, i) => this.#bytes[at + i] === byte);
  }

  #readName(name: Uint8Array): void {
    this.#position = this.#isNext(name) ? this.#position + name.length : -1;
  }

  #readNumber(name: Uint8Array): number {
    this.#readName(name);
    let at = this.#position;
    if (at < 0) return 0;
    let value = 0;
    for (; this.#bytes[at]! >= DIGIT_0 && this.#bytes[at]! <= DIGIT_9; at++) {
      value = 10 * value + this.#bytes[at]! - DIGIT_0;
    }
    this.#position = at;
    return value;
  }

  /** Reads a text in quotes. */
  #readText(out: PaddedBytes): void {
    const bytes = this.#bytes;
    const start = this.#position + 1;
    if (bytes[this.#position] !== QUOTE) {
      throw new CorruptSnapshotError(`it has no text at byte ${this.#position}`);
    }
    let end = start;
    for (;; end++) {
      const byte = bytes[end]!;
      if (byte === QUOTE || byte === BACKSLASH || !(byte >= SPACE)) break;
    }
    if (bytes[end] === QUOTE) {
      out.copy(bytes, start, end);
      this.#position = end + 1;
    } else {
      this.#position = readEscaped(bytes, start, bytes.length, out);
      if (this.#position < 0) throw new CorruptSnapshotError(`it has no text at byte ${start - 1}`);
    }
  }
}
