/**
 * The marks in a log: each says up to which byte its segment was known to be synced when the mark was written. Marks
 * lie between records, and are told from them by their first bytes:
 *
 * | serializer | a mark |
 * |---|---|
 * | `json` | a line, `[4711,"1a2b3c4d"]`: the number of bytes, and the CRC-32 of all bytes before the comma |
 * | `cbor` | an array of that number and a byte string of four, the CRC-32 of all bytes of the mark before it |
 * | `raw` | the mark's length in words, which is 4, as a word; the number as a float64; the CRC-32 of all that as a
 * word |
 *
 * @module
 */
import type { SerializerName } from "../codec.ts";
import { CRC32_LENGTH, crc32Hex, shortCrc32 } from "../crc32.ts";
import type { OutputBuffer } from "../output_buffer.ts";

/** Writes and reads marks in one format. */
export interface MarkCodec {
  /** Encodes a mark into `out`, starting at `position`; `out` grows if it must. Returns the position after it. */
  encode(syncedBytes: number, out: OutputBuffer, position: number): number;

  /** Creates a reader of the marks in a segment. */
  reader(segment: Uint8Array<ArrayBuffer>): MarkReader;
}

/** Reads marks at any position in a segment. */
export interface MarkReader {
  /** What the last mark that was read says; no mark says more than its own position. */
  readonly syncedBytes: number;

  /**
   * Reads the mark that begins at this position; returns the position after it, or -1 when no sound one begins there.
   */
  read(position: number): number;

  /** The first position after this one where a mark could begin. */
  nextStart(position: number): number;
}

const LINE_FEED = 0x0a;
const OPEN = 0x5b;
const DIGIT_0 = 0x30;
/** `,"` and `"]`. */
const COMMA_QUOTE = 0x2c22;
const QUOTE_CLOSE = 0x225d;
/** Of a mark of the largest safe integer, which has 16 digits. */
const JSON_BYTES_MAX = 16 + CRC32_LENGTH + '[,""]\n'.length;

const CBOR_MARK = 0x82;
const CBOR_UNSIGNED_64 = 0x1b;
const CBOR_CRC = 0x44;
const CBOR_BYTES = 15;
const TWO_TO_32 = 0x1_0000_0000;

const RAW_WORDS = 4;
const RAW_BYTES = 16;

/** The mark codec of each serializer. */
export const MARK_CODECS: Readonly<Record<SerializerName, MarkCodec>> = {
  json: { encode: encodeJson, reader: (segment) => new JsonMarkReader(segment) },
  cbor: { encode: encodeCbor, reader: (segment) => new CborMarkReader(segment) },
  raw: { encode: encodeRaw, reader: (segment) => new RawMarkReader(segment) },
};

function encodeJson(syncedBytes: number, out: OutputBuffer, position: number): number {
  let digits = 1;
  for (let bound = 10; syncedBytes >= bound; bound *= 10) digits++;
  out.reserve(position, JSON_BYTES_MAX);
  const { view } = out;
  const covered = position + 1 + digits;
  view.setUint8(position, OPEN);
  for (let at = covered - 1, rest = syncedBytes; at > position; at--, rest = Math.floor(rest / 10)) {
    view.setUint8(at, DIGIT_0 + rest % 10);
  }
  view.setUint16(covered, COMMA_QUOTE);
  const end = out.writeHex32(covered + 2, shortCrc32(view, position, covered));
  view.setUint16(end, QUOTE_CLOSE);
  view.setUint8(end + 2, LINE_FEED);
  return end + 3;
}

/** The number always takes eight bytes, so that all marks have the same length. */
function encodeCbor(syncedBytes: number, out: OutputBuffer, position: number): number {
  out.reserve(position, CBOR_BYTES);
  const { view } = out;
  view.setUint8(position, CBOR_MARK);
  view.setUint8(position + 1, CBOR_UNSIGNED_64);
  view.setUint32(position + 2, Math.floor(syncedBytes / TWO_TO_32));
  view.setUint32(position + 6, syncedBytes % TWO_TO_32);
  view.setUint8(position + 10, CBOR_CRC);
  view.setInt32(position + 11, shortCrc32(view, position, position + 10));
  return position + CBOR_BYTES;
}

function encodeRaw(syncedBytes: number, out: OutputBuffer, position: number): number {
  out.reserve(position, RAW_BYTES);
  const { view } = out;
  view.setInt32(position, RAW_WORDS, true);
  view.setFloat64(position + 4, syncedBytes, true);
  view.setInt32(position + 12, shortCrc32(view, position, position + 12), true);
  return position + RAW_BYTES;
}

class JsonMarkReader implements MarkReader {
  syncedBytes = 0;
  readonly #segment: Uint8Array<ArrayBuffer>;

  constructor(segment: Uint8Array<ArrayBuffer>) {
    this.#segment = segment;
  }

  read(position: number): number {
    const line = new TextDecoder().decode(this.#segment.subarray(position, position + JSON_BYTES_MAX));
    const match = /^\[(\d+),"([0-9a-f]{8})"\]\n/.exec(line);
    if (match === null) return -1;
    const [{ length }, digits = "", crc] = match;
    const { buffer, byteOffset } = this.#segment;
    const view = new DataView(buffer, byteOffset);
    if (crc32Hex(shortCrc32(view, position, position + 1 + digits.length)) !== crc) return -1;
    this.syncedBytes = Number(digits);
    return this.syncedBytes <= position ? position + length : -1;
  }

  nextStart(position: number): number {
    const end = this.#segment.indexOf(LINE_FEED, position);
    return end < 0 ? this.#segment.length : end + 1;
  }
}

class CborMarkReader implements MarkReader {
  syncedBytes = 0;
  readonly #segment: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;

  constructor(segment: Uint8Array<ArrayBuffer>) {
    this.#segment = segment;
    this.#view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  }

  read(position: number): number {
    const segment = this.#segment;
    const view = this.#view;
    if (segment[position] !== CBOR_MARK || position + CBOR_BYTES > segment.length) return -1;
    if (segment[position + 1] !== CBOR_UNSIGNED_64 || segment[position + 10] !== CBOR_CRC) return -1;
    if (view.getInt32(position + 11) !== shortCrc32(view, position, position + 10)) return -1;
    this.syncedBytes = view.getUint32(position + 2) * TWO_TO_32 + view.getUint32(position + 6);
    return this.syncedBytes <= position ? position + CBOR_BYTES : -1;
  }

  nextStart(position: number): number {
    const next = this.#segment.indexOf(CBOR_MARK, position + 1);
    return next < 0 ? this.#segment.length : next;
  }
}

class RawMarkReader implements MarkReader {
  syncedBytes = 0;
  readonly #view: DataView<ArrayBuffer>;

  constructor(segment: Uint8Array<ArrayBuffer>) {
    this.#view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  }

  read(position: number): number {
    const view = this.#view;
    if (position + RAW_BYTES > view.byteLength || view.getInt32(position, true) !== RAW_WORDS) return -1;
    if (view.getInt32(position + 12, true) !== shortCrc32(view, position, position + 12)) return -1;
    this.syncedBytes = view.getFloat64(position + 4, true);
    return this.syncedBytes <= position ? position + RAW_BYTES : -1;
  }

  nextStart(position: number): number {
    return (position + 4) & ~3;
  }
}
