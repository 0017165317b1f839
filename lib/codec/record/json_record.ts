/**
 * Log records in JSON, one per line, so that a person can grep and follow a log:
 *
 * ```text
 * [7,1234,"Key1","foo","1a2b3c4d"]
 * ```
 *
 * are the shard, the version, the key, the value, and the CRC-32 of all bytes of the line before the comma in front of
 * it. A delete has `null` for the value.
 *
 * @module
 */
import { shortCrc32 } from "../crc32.ts";
import { ESCAPE_BYTES_MAX } from "../escaped_text.ts";
import { HEX_PAIRS } from "../hex.ts";
import { copyText, type OutputBuffer, WORD_EXCESS } from "../output_buffer.ts";
import { JsonRecordReader } from "./json_record_reader.ts";
import type { RecordCodec, RecordRun } from "./record_codec.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COMMA = 0x2c;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const OPEN = 0x5b;
const INT32_MAX = 0x7fffffff;
/** `","` and `"]\n`, as little-endian words. */
const TEXTS_BETWEEN_WORD = 0x22 | 0x2c << 8 | 0x22 << 16;
/** `",nu` and `ll,"`. */
const NULL_WORDS = [0x22 | 0x2c << 8 | 0x6e << 16 | 0x75 << 24, 0x6c | 0x6c << 8 | 0x2c << 16 | 0x22 << 24] as const;
const END_WORD = 0x22 | 0x5d << 8 | 0x0a << 16;

/**
 * More than the size of everything around key and value: numbers, punctuation, checksum, and the excess of copying by
 * words.
 */
const FRAME_BYTES_MAX = 64 + 2 * WORD_EXCESS;
/** Room for `[`, a shard, a version and punctuation, as whole words of eight bytes. */
const PREFIX_BYTES = 40;

/** The two digits of each byte. A constant of this module, because V8 folds those, but not imported ones. */
const HEX = HEX_PAIRS;

/** The beginning of a run's records, made once per run; only the version's last digits change from record to record. */
const prefix = new DataView(new ArrayBuffer(PREFIX_BYTES));

/** The JSON form of records; see the module's comment. */
export const jsonRecordCodec: RecordCodec = {
  name: "json",
  encode: encodeRun,
  reader: (bytes) => new JsonRecordReader(bytes),
};

function encodeRun(run: RecordRun, out: OutputBuffer, start: number): number {
  const { words, bytes: source, end } = run;
  let prefixLength = writePrefix(run.shard, run.version);
  let count = 0;
  let { view } = out;
  let position = start | 0;
  for (let record = run.start | 0; record < end;) {
    const keyHead = words[record]!;
    const valueLength = words[(record + 1) | 0]!;
    const keyLength = keyHead >> 1;
    const key = (record + 2) | 0;
    const value = (key + ((keyLength + 3) >> 2)) | 0;
    record = (value + ((valueLength + 3) >> 2)) | 0;
    if (position + keyLength + valueLength + FRAME_BYTES_MAX > view.byteLength) {
      out.reserve(position, keyLength + valueLength + FRAME_BYTES_MAX);
      view = out.view;
    }
    const first = position;
    if (count > 0 && !incrementVersion(prefixLength)) prefixLength = writePrefix(run.shard, run.version + count);
    position = copyPrefix(prefixLength, view, position);
    if ((keyHead & 1) === 0) {
      position = copyText(source, 4 * key, keyLength, view, position);
    } else {
      position = encodeText(words, key, keyLength, out, position);
      view = out.view;
    }
    if (valueLength < 0) {
      view.setInt32(position, NULL_WORDS[0], true);
      view.setInt32((position + 4) | 0, NULL_WORDS[1], true);
      // Where a value's closing quote would stand.
      position = (position + 5) | 0;
    } else {
      view.setInt32(position, TEXTS_BETWEEN_WORD, true);
      position = encodeText(words, value, valueLength, out, (position + 3) | 0);
      view = out.view;
      // The closing quote, which the checksum covers; then a comma and the quote before the checksum.
      view.setInt32(position, TEXTS_BETWEEN_WORD, true);
    }
    const crc = shortCrc32(view, first, (position + 1) | 0);
    view.setInt32((position + 3) | 0, HEX[crc >>> 24]! | HEX[(crc >>> 16) & 0xff]! << 16, true);
    view.setInt32((position + 7) | 0, HEX[(crc >>> 8) & 0xff]! | HEX[crc & 0xff]! << 16, true);
    view.setInt32((position + 11) | 0, END_WORD, true);
    position = (position + 14) | 0;
    count++;
  }
  run.version += count;
  return position;
}

/** Writes the beginning of a record of this shard and version; returns its length. */
function writePrefix(shard: number, version: number): number {
  prefix.setUint8(0, OPEN);
  let length = writeNumber(shard, 1);
  prefix.setUint8(length++, COMMA);
  length = writeNumber(version, length);
  prefix.setUint16(length, COMMA | QUOTE << 8, true);
  return length + 2;
}

/** Writes a number into the prefix; returns the position after it. */
function writeNumber(value: number, start: number): number {
  if (value > INT32_MAX) {
    const text = String(value);
    for (let i = 0; i < text.length; i++) prefix.setUint8(start + i, text.charCodeAt(i));
    return start + text.length;
  }
  let end = start + 1;
  for (let bound = 10; value >= bound; bound *= 10) end++;
  let rest = value | 0;
  for (let at = end - 1; at >= start; at--) {
    const quotient = (rest / 10) | 0;
    prefix.setUint8(at, DIGIT_0 + rest - 10 * quotient);
    rest = quotient;
  }
  return end;
}

/** Increments the version in the prefix; returns false when that needs another digit. */
function incrementVersion(length: number): boolean {
  // A comma and a quote follow the version.
  for (let at = (length - 3) | 0;; at = (at - 1) | 0) {
    const digit = prefix.getUint8(at);
    if (digit === COMMA) return false;
    if (digit < DIGIT_9) {
      prefix.setUint8(at, digit + 1);
      return true;
    }
    prefix.setUint8(at, DIGIT_0);
  }
}

function copyPrefix(length: number, view: DataView<ArrayBuffer>, start: number): number {
  for (let at = 0; at < length; at = (at + 8) | 0) {
    view.setBigInt64((start + at) | 0, prefix.getBigInt64(at, true), true);
  }
  return (start + length) | 0;
}

/** Writes text, escaping where necessary; `out` grows if it must. Returns the position after it. */
function encodeText(
  words: Int32Array<SharedArrayBuffer>,
  start: number,
  length: number,
  out: OutputBuffer,
  position: number,
): number {
  let { view } = out;
  let to = position | 0;
  let from = start | 0;
  for (const end = (from + (length >> 2)) | 0; from < end; from = (from + 1) | 0) {
    const word = words[from]!;
    if (isSpecial(word)) {
      out.reserve(to, ESCAPE_BYTES_MAX * 4 * (end - from + 1) + FRAME_BYTES_MAX);
      view = out.view;
      to = encodeEscaped(word, 4, view, to);
    } else {
      view.setInt32(to, word, true);
      to = (to + 4) | 0;
    }
  }
  if ((length & 3) === 0) return to;
  out.reserve(to, ESCAPE_BYTES_MAX * 4 + FRAME_BYTES_MAX);
  return encodeEscaped(words[from]!, length & 3, out.view, to);
}

/** Whether a word has a byte that JSON must escape: a control character, a quote or a backslash. */
function isSpecial(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const marks = ((word - 0x20202020) & ~word) | ((quotes - 0x01010101) & ~quotes) |
    ((backslashes - 0x01010101) & ~backslashes);
  return (marks & 0x80808080) !== 0;
}

/** Writes the first bytes of a word one by one, escaping where necessary; returns the position after them. */
function encodeEscaped(word: number, count: number, view: DataView<ArrayBuffer>, start: number): number {
  let position = start;
  for (let i = 0; i < count; i++) {
    const byte = (word >>> (i << 3)) & 0xff;
    if (byte === QUOTE || byte === BACKSLASH) {
      view.setUint16(position, BACKSLASH | byte << 8, true);
      position += 2;
    } else if (byte < SPACE) {
      view.setUint32(position, 0x3030755c, true);
      view.setUint16(position + 4, HEX[byte]!, true);
      position += 6;
    } else {
      view.setUint8(position++, byte);
    }
  }
  return position;
}
