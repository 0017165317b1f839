/**
 * The CBOR codec: the same map as in JSON, in the shortest definite-length form of RFC 8949.
 *
 * `crc32`, a text of eight hexadecimal digits, is the map's last member and covers all bytes before its key.
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
} from "../store/shard.ts";
import { CborSnapshotReader } from "./cbor_reader.ts";
import { shortText, writeHead } from "./cbor_text.ts";
import { type Codec, FORMAT } from "./codec.ts";
import { CorruptSnapshotError, type SnapshotReader } from "./snapshot_reader.ts";
import { crc32, CRC32_LENGTH, crc32Hex } from "./crc32.ts";
import { type OutputBuffer, WORD_EXCESS } from "./output_buffer.ts";

/** Major types, already shifted into place above the argument. */
const UNSIGNED = 0x00;
const TEXT = 0x60;
const MAP = 0xa0;

/** Largest argument that fits a head's own byte. */
const DIRECT_MAX = 23;

/** Constants of the layout, redeclared in this module; see `shard.ts` for why. */
const HEADER_WORDS = ENTRY_HEADER_WORDS;
const KEY_LENGTH = ENTRY_KEY_LENGTH;
const VALUE_LENGTH = ENTRY_VALUE_LENGTH;
const CAPACITY = ENTRY_CAPACITY;

/** The constant bytes of a snapshot: the head of a map of seven, and names and texts with their heads. */
const ascii = new TextEncoder();
const HEAD = Uint8Array.of(MAP | 7, ...shortText("format"), ...shortText(FORMAT), ...shortText("shard"));
const SHARDS = shortText("shards");
const VERSION = shortText("version");
const COUNT = shortText("count");
const ENTRIES = shortText("entries");
/** The bytes before the eight digits of the checksum. */
const TRAILER = Uint8Array.of(...shortText("crc32"), TEXT | CRC32_LENGTH);
const TRAILER_LENGTH = TRAILER.length + CRC32_LENGTH;

/** The CBOR form of a snapshot; see the module's comment. */
export const cborCodec: Codec = {
  name: "cbor",

  encode(view: ShardView, out: OutputBuffer): number {
    let position = writeCount(out, writeBytes(out, 0, HEAD), view.shard);
    position = writeCount(out, writeBytes(out, position, SHARDS), view.shards);
    position = writeCount(out, writeBytes(out, position, VERSION), view.version);
    position = writeCount(out, writeBytes(out, position, COUNT), view.count);
    position = writeLongHead(out, writeBytes(out, position, ENTRIES), MAP, view.count);
    position = encodeEntries(view, out, position);
    const crc = crc32(out.bytes, position);
    return out.writeHex32(writeBytes(out, position, TRAILER), crc);
  },

  read(bytes: Uint8Array<ArrayBuffer>): SnapshotReader {
    const covered = bytes.length - TRAILER_LENGTH;
    if (covered < 0) throw new CorruptSnapshotError(`it ends after ${bytes.length} bytes`);
    const expected = ascii.encode(crc32Hex(crc32(bytes, covered)));
    const trailer = Uint8Array.of(...TRAILER, ...expected);
    if (!trailer.every((byte, i) => byte === bytes[covered + i])) {
      throw new CorruptSnapshotError("it does not end with the crc32 of its content");
    }
    return new CborSnapshotReader(bytes, covered);
  },
};

function writeBytes(out: OutputBuffer, position: number, bytes: Uint8Array): number {
  out.reserve(position, bytes.length);
  out.bytes.set(bytes, position);
  return position + bytes.length;
}

function writeCount(out: OutputBuffer, position: number, value: number): number {
  return writeLongHead(out, position, UNSIGNED, value);
}

/** Writes the shortest head for an argument of up to 2^53 - 1; returns the position after it. */
function writeLongHead(out: OutputBuffer, position: number, major: number, argument: number): number {
  out.reserve(position, 9);
  const view = out.view;
  if (argument <= 0xffff_ffff) return writeHead(view, position, major, argument);
  view.setUint8(position, major | 27);
  view.setBigUint64(position + 1, BigInt(argument));
  return position + 9;
}

/**
 * Writes all entries, starting at `start`; returns the position after the last. An encoded entry is never longer than
 * the one in the arena, whose header is longer than two heads, so reserving the arena's size is enough.
 */
function encodeEntries(shard: ShardView, out: OutputBuffer, start: number): number {
  const { words, bytes: source, end } = shard;
  out.reserve(start, (end - shard.start) * 4 + WORD_EXCESS);
  const { view } = out;
  let position = start | 0;
  for (let entry = shard.start | 0; entry < end;) {
    const keyLength = words[(entry + KEY_LENGTH) | 0]!;
    if (keyLength < 0) {
      entry = nextEntry(words, entry);
      continue;
    }
    const valueLength = words[(entry + VALUE_LENGTH) | 0]!;
    const key = (entry + HEADER_WORDS) | 0;
    const value = (key + ((keyLength + 3) >> 2)) | 0;
    entry = (value + (words[(entry + CAPACITY) | 0]! >> 2)) | 0;
    if ((keyLength | valueLength) <= DIRECT_MAX) {
      view.setUint8(position, TEXT | keyLength);
      position = copyText(source, key, keyLength, view, (position + 1) | 0);
      view.setUint8(position, TEXT | valueLength);
      position = copyText(source, value, valueLength, view, (position + 1) | 0);
    } else {
      position = copyText(source, key, keyLength, view, writeHead(view, position, TEXT, keyLength));
      position = copyText(source, value, valueLength, view, writeHead(view, position, TEXT, valueLength));
    }
  }
  return position;
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
  const after = (start + length) | 0;
  let to = start;
  let from = offset << 2;
  for (const last = (after - 8) | 0; to < last; to = (to + 8) | 0, from = (from + 8) | 0) {
    view.setBigInt64(to, source.getBigInt64(from, true), true);
  }
  view.setBigInt64(to, source.getBigInt64(from, true), true);
  return after;
}
