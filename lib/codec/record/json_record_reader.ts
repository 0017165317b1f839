/**
 * Reads log records in JSON; `json_record.ts` writes them, and says how.
 *
 * @module
 */
import { PaddedBytes } from "../../store/padded_bytes.ts";
import { shortCrc32 } from "../crc32.ts";
import { readEscaped } from "../escaped_text.ts";
import { HEX_PAIRS } from "../hex.ts";
import type { RecordReader } from "./record_codec.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COMMA = 0x2c;
const DIGIT_0 = 0x30;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const LINE_FEED = 0x0a;
const LETTER_N = 0x6e;
/** `null`, as a little-endian word. */
const NULL_WORD = 0x6e | 0x75 << 8 | 0x6c << 16 | 0x6c << 24;
/** Bytes of what follows a value: a comma, the checksum in quotes, and the end of the line. */
const LINE_END_BYTES = 13;

/** The two digits of each byte. A constant of this module, because V8 folds those, but not imported ones. */
const HEX = HEX_PAIRS;

/** Reads exactly the lines that the encoder writes, not everything that JSON allows. */
export class JsonRecordReader implements RecordReader {
  shard = 0;
  version = 0;
  isDelete = false;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  /** The reading position; the end of the bytes once something is not as the encoder writes it. */
  #position = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(position: number): number {
    const bytes = this.#bytes;
    if (bytes[position] !== OPEN) return -1;
    this.#position = position + 1;
    this.shard = this.#readNumber();
    this.version = this.#readNumber();
    this.#readText(this.key);
    if (bytes[this.#position] !== COMMA) return -1;
    this.#position++;
    this.isDelete = bytes[this.#position] === LETTER_N;
    if (this.isDelete) this.#readNull();
    else this.#readText(this.value);
    const end = this.#position;
    if (end + LINE_END_BYTES > bytes.length) return -1;
    const crc = shortCrc32(this.#view, position, end);
    const isWhole = bytes[end] === COMMA && bytes[end + 1] === QUOTE &&
      this.#view.getInt32(end + 2, true) === (HEX[crc >>> 24]! | HEX[(crc >>> 16) & 0xff]! << 16) &&
      this.#view.getInt32(end + 6, true) === (HEX[(crc >>> 8) & 0xff]! | HEX[crc & 0xff]! << 16) &&
      bytes[end + 10] === QUOTE && bytes[end + 11] === CLOSE && bytes[end + 12] === LINE_FEED;
    return isWhole ? end + LINE_END_BYTES : -1;
  }

  nextStart(position: number): number {
    const end = this.#bytes.indexOf(LINE_FEED, position);
    return end < 0 ? this.#bytes.length : end + 1;
  }

  /** Reads a number and the comma after it. */
  #readNumber(): number {
    const bytes = this.#bytes;
    let at = this.#position;
    let value = 0;
    for (;; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (!(digit >= 0 && digit <= 9)) break;
      value = 10 * value + digit;
    }
    // If it is not a number, no text can follow either.
    this.#position = bytes[at] === COMMA ? at + 1 : bytes.length;
    return value;
  }

  /** Reads the letters of `null`. */
  #readNull(): void {
    const at = this.#position;
    const isNull = at + 4 <= this.#bytes.length && this.#view.getInt32(at, true) === NULL_WORD;
    this.#position = isNull ? at + 4 : this.#bytes.length;
  }

  /** Reads a text in quotes. Its content is known to be right only once the checksum has been verified. */
  #readText(out: PaddedBytes): void {
    const bytes = this.#bytes;
    const start = this.#position + 1;
    if (bytes[this.#position] !== QUOTE) {
      this.#position = bytes.length;
      return;
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
      const after = readEscaped(bytes, start, bytes.length, out);
      this.#position = after < 0 ? bytes.length : after;
    }
  }
}
