/**
 * The JSON codec: one line per entry, so that a person can grep, diff and salvage a file.
 *
 * ```text
 * {"format":"kvlab/1","shard":7,"shards":120,"version":1234,"count":2,"entries":{
 * "Key1":"foo",
 * "Key2":"foo"
 * },"crc32":"1a2b3c4d"}
 * ```
 *
 * The file ends with a newline. `crc32` covers all bytes before the comma in front of it.
 *
 * @module
 */
import {
  ENTRY_CAPACITY,
  ENTRY_HEADER_WORDS,
  ENTRY_KEY_LENGTH,
  ENTRY_VALUE_LENGTH,
  nextEntry,
  type ShardView,
  SPECIAL_KEY,
} from "../store/shard.ts";
import { type Codec, FORMAT } from "./codec.ts";
import { CorruptSnapshotError, type SnapshotReader } from "./snapshot_reader.ts";
import { crc32, CRC32_LENGTH, crc32Hex } from "./crc32.ts";
import { encodeEscaped, ESCAPE_BYTES_MAX } from "./escaped_text.ts";
import { JsonSnapshotReader } from "./json_reader.ts";
import { type OutputBuffer, WORD_EXCESS } from "./output_buffer.ts";

/** Constants of the layout, redeclared in this module; see `shard.ts` for why. */
const HEADER_WORDS = ENTRY_HEADER_WORDS;
const KEY_LENGTH = ENTRY_KEY_LENGTH;
const VALUE_LENGTH = ENTRY_VALUE_LENGTH;
const CAPACITY = ENTRY_CAPACITY;
const SPECIAL = SPECIAL_KEY;

const QUOTE = 0x22;
/** `":"` and `",\n`, and for the last entry `"\n`, as little-endian words. */
const KEY_END_WORD = 0x22 | 0x3a << 8 | 0x22 << 16;
const VALUE_END_WORD = 0x22 | 0x2c << 8 | 0x0a << 16;
const LAST_VALUE_END_WORD = 0x22 | 0x0a << 8;

const TRAILER_PREFIX = ',"crc32":"';
const TRAILER_SUFFIX = '"}\n';
const TRAILER_LENGTH = TRAILER_PREFIX.length + CRC32_LENGTH + TRAILER_SUFFIX.length;

/** The JSON form of a snapshot; see the module's comment. */
export const jsonCodec: Codec = {
  name: "json",

  encode(view: ShardView, out: OutputBuffer): number {
    const { shard, shards, version, count } = view;
    const head = `{"format":"${FORMAT}","shard":${shard},"shards":${shards},"version":${version},"count":${count},` +
      `"entries":{\n`;
    const start = out.writeAscii(0, head);
    const end = count === 0 ? start : encodeEntries(view, out, start);
    const close = out.writeAscii(end, "}");
    const crc = crc32(out.bytes, close);
    return out.writeAscii(out.writeHex32(out.writeAscii(close, TRAILER_PREFIX), crc), TRAILER_SUFFIX);
  },

  read(bytes: Uint8Array<ArrayBuffer>): SnapshotReader {
    const covered = bytes.length - TRAILER_LENGTH;
    if (covered < 0) throw new CorruptSnapshotError(`it ends after ${bytes.length} bytes`);
    const expected = TRAILER_PREFIX + crc32Hex(crc32(bytes, covered)) + TRAILER_SUFFIX;
    const found = new TextDecoder().decode(bytes.subarray(covered));
    if (found !== expected) {
      throw new CorruptSnapshotError("it does not end with the crc32 of its content");
    }
    return new JsonSnapshotReader(bytes, covered);
  },
};

/**
 * Writes the lines of all entries, starting at `start`; returns the position after the last. There must be at least one
 * entry.
 *
 * Text without anything to escape, which is nearly all text, is copied by whole words. For keys, the store knows
 * whether there is anything to escape. For each word of a value, a few operations tell whether a byte is below `0` or
 * is a backslash (Sean Eron Anderson, "Bit Twiddling Hacks": words with a byte less than n, or equal to n); only if so
 * is the value checked more closely.
 *
 * Without escapes, an entry's line is never longer than the entry in the arena, whose header is longer than the text
 * around key and value. So reserving the arena's size is enough, and escapes reserve more.
 */
function encodeEntries(shard: ShardView, out: OutputBuffer, start: number): number {
  const { words, bytes: source, end } = shard;
  out.reserve(start, (end - shard.start) * 4 + WORD_EXCESS);
  let { view } = out;
  let position = start | 0;
  for (let entry = shard.start | 0; entry < end;) {
    const keyLength = words[(entry + KEY_LENGTH) | 0]!;
    if (keyLength < 0) {
      entry = nextEntry(words, entry);
      continue;
    }
    const valueLength = words[(entry + VALUE_LENGTH) | 0]!;
    const capacity = words[(entry + CAPACITY) | 0]!;
    const key = (entry + HEADER_WORDS) | 0;
    const value = (key + ((keyLength + 3) >> 2)) | 0;
    entry = (value + (capacity >> 2)) | 0;
    view.setUint8(position, QUOTE);
    position = (position + 1) | 0;
    if ((capacity & SPECIAL) !== 0) {
      out.reserve(position, ESCAPE_BYTES_MAX * keyLength + (end - key + HEADER_WORDS) * 4 + WORD_EXCESS);
      view = out.view;
      position = encodeEscaped(words, key, keyLength, view, position);
    } else {
      let to = position;
      let from = key << 2;
      for (const last = (position + keyLength - 8) | 0; to < last; to = (to + 8) | 0, from = (from + 8) | 0) {
        view.setBigInt64(to, source.getBigInt64(from, true), true);
      }
      view.setBigInt64(to, source.getBigInt64(from, true), true);
      position = (position + keyLength) | 0;
    }
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
    const lastWord = words[from]!;
    view.setInt32(to, lastWord, true);
    // Digits replace the padding, whose zeros would look like control characters.
    special |= maybeSpecial(lastWord | ((0x30303030 << ((valueLength - 1) << 3)) << 8));
    if ((special & 0x80808080) === 0) {
      position = (position + valueLength) | 0;
    } else {
      out.reserve(position, ESCAPE_BYTES_MAX * valueLength + (end - value + HEADER_WORDS) * 4 + WORD_EXCESS);
      view = out.view;
      position = encodeEscaped(words, value, valueLength, view, position);
    }
    view.setInt32(position, VALUE_END_WORD, true);
    position = (position + 3) | 0;
  }
  // The last entry has no comma.
  view.setInt32(position - 3, LAST_VALUE_END_WORD, true);
  return position - 1;
}

/** Sets a byte's highest bit in the result if that byte of the word is below `0` or is a backslash. */
function maybeSpecial(word: number): number {
  const backslashes = word ^ 0x5c5c5c5c;
  return ((word - 0x30303030) & ~word) | ((backslashes - 0x01010101) & ~backslashes);
}
