/**
 * Descriptions: what a file of several parts says about itself, as a map of names to plain values with its own CRC-32.
 *
 * In JSON it is a line, whose last member is the checksum of all bytes before the comma in front of it, as in a
 * snapshot. In CBOR it is two items: the map, wrapped as an encoded item (tag 24) so that its length comes first, and a
 * byte string of four, the checksum of all bytes before it. In raw form it is the magic `kvlab-desc/1`, the length in
 * words as a 32-bit word, the map as JSON, padded with spaces to whole words, and the checksum of all of that; the
 * numbers are little-endian.
 *
 * A description at the end of a file is followed by its own length, except in JSON: in CBOR an integer of four bytes,
 * in raw form a word.
 *
 * @module
 */
import type { SerializerName } from "./codec.ts";
import { CRC32_LENGTH, crc32Hex, shortCrc32 } from "./crc32.ts";
import { decodePlainCbor, encodePlainCbor, type PlainValue } from "./plain_cbor.ts";

/** Names and plain values. */
export type Description = Readonly<Record<string, PlainValue>>;

/** A description that was read. */
export interface ReadDescription {
  readonly description: Description;
  /** The position after it. */
  readonly end: number;
}

const utf8 = new TextEncoder();
const JSON_TRAILER = ',"crc32":"';
const JSON_END = '"}\n';
const JSON_TRAILER_LENGTH = JSON_TRAILER.length + CRC32_LENGTH + JSON_END.length;
const LINE_FEED = 0x0a;

/** Tag 24, "encoded CBOR data item", and the head of a byte string with a length of four bytes. */
const CBOR_HEAD = Uint8Array.of(0xd8, 0x18, 0x5a);
const CBOR_HEAD_LENGTH = CBOR_HEAD.length + 4;
const CBOR_CRC = 0x44;
const CBOR_UNSIGNED_32 = 0x1a;
const CBOR_TAIL_LENGTH = 5;

const RAW_MAGIC = utf8.encode("kvlab-desc/1");
const RAW_HEAD_LENGTH = RAW_MAGIC.length + 4;
const WORD_BYTES = 4;

/** Encodes a description for the beginning of a file. */
export function encodeDescription(description: Description, serializer: SerializerName): Uint8Array<ArrayBuffer> {
  switch (serializer) {
    case "json": {
      const covered = utf8.encode(JSON.stringify(description).slice(0, -1));
      return concat(covered, utf8.encode(jsonTrailerOf(covered)));
    }
    case "cbor": {
      const map = encodePlainCbor(description);
      const covered = concat(CBOR_HEAD, word(map.length, false), map);
      return concat(covered, Uint8Array.of(CBOR_CRC), word(shortCrc32(viewOf(covered), 0, covered.length), false));
    }
    default: {
      const text = utf8.encode(JSON.stringify(description));
      const padded = new Uint8Array(Math.ceil(text.length / WORD_BYTES) * WORD_BYTES).fill(0x20);
      padded.set(text);
      const covered = concat(RAW_MAGIC, word(padded.length / WORD_BYTES, true), padded);
      return concat(covered, word(shortCrc32(viewOf(covered), 0, covered.length), true));
    }
  }
}

/** Encodes a description for the end of a file. */
export function encodeTrailingDescription(
  description: Description,
  serializer: SerializerName,
): Uint8Array<ArrayBuffer> {
  const bytes = encodeDescription(description, serializer);
  switch (serializer) {
    case "json":
      return bytes;
    case "cbor":
      return concat(bytes, Uint8Array.of(CBOR_UNSIGNED_32), word(bytes.length, false));
    default:
      return concat(bytes, word(bytes.length, true));
  }
}

/** Reads the description at the beginning of the bytes; `undefined` if there is no sound one. */
export function readDescription(
  bytes: Uint8Array<ArrayBuffer>,
  serializer: SerializerName,
): ReadDescription | undefined {
  const view = viewOf(bytes);
  switch (serializer) {
    case "json": {
      const end = bytes.indexOf(LINE_FEED) + 1;
      const covered = end - JSON_TRAILER_LENGTH;
      if (covered < 0) return undefined;
      if (textOf(bytes, covered, end) !== jsonTrailerOf(bytes.subarray(0, covered))) return undefined;
      return parsed(() => JSON.parse(`${textOf(bytes, 0, covered)}}`), end);
    }
    case "cbor": {
      if (bytes.length < CBOR_HEAD_LENGTH || CBOR_HEAD.some((byte, i) => byte !== bytes[i])) return undefined;
      const covered = CBOR_HEAD_LENGTH + view.getUint32(CBOR_HEAD.length);
      if (covered + CBOR_TAIL_LENGTH > bytes.length || bytes[covered] !== CBOR_CRC) return undefined;
      if (view.getInt32(covered + 1) !== shortCrc32(view, 0, covered)) return undefined;
      return parsed(() => decodePlainCbor(bytes.subarray(CBOR_HEAD_LENGTH, covered)), covered + CBOR_TAIL_LENGTH);
    }
    default: {
      if (bytes.length < RAW_HEAD_LENGTH || RAW_MAGIC.some((byte, i) => byte !== bytes[i])) return undefined;
      const covered = RAW_HEAD_LENGTH + WORD_BYTES * view.getUint32(RAW_MAGIC.length, true);
      if (covered + WORD_BYTES > bytes.length) return undefined;
      if (view.getInt32(covered, true) !== shortCrc32(view, 0, covered)) return undefined;
      return parsed(() => JSON.parse(textOf(bytes, RAW_HEAD_LENGTH, covered)), covered + WORD_BYTES);
    }
  }
}

/** Reads the description at the end of the bytes; `undefined` if there is no sound one. */
export function readTrailingDescription(
  bytes: Uint8Array<ArrayBuffer>,
  serializer: SerializerName,
): Description | undefined {
  const view = viewOf(bytes);
  const { length } = bytes;
  let end = length;
  let start: number;
  if (serializer === "json") {
    start = bytes.lastIndexOf(LINE_FEED, length - 2) + 1;
  } else if (serializer === "cbor") {
    end = length - CBOR_TAIL_LENGTH;
    if (end < 0 || bytes[end] !== CBOR_UNSIGNED_32) return undefined;
    start = end - view.getUint32(end + 1);
  } else {
    end = length - WORD_BYTES;
    if (end < 0) return undefined;
    start = end - view.getUint32(end, true);
  }
  if (start < 0) return undefined;
  const read = readDescription(bytes.subarray(start, end), serializer);
  return read?.end === end - start ? read.description : undefined;
}

/** What follows the covered bytes in JSON. */
function jsonTrailerOf(covered: Uint8Array): string {
  return JSON_TRAILER + crc32Hex(shortCrc32(viewOf(covered), 0, covered.length)) + JSON_END;
}

function parsed(parse: () => unknown, end: number): ReadDescription | undefined {
  try {
    const description = parse();
    return typeof description === "object" && description !== null
      ? { description: description as Description, end }
      : undefined;
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function word(value: number, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(WORD_BYTES);
  viewOf(bytes).setInt32(0, value | 0, littleEndian);
  return bytes;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
