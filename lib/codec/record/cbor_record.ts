/**
 * Log records as a CBOR sequence (RFC 8742): each is an array of the shard, the version, the key, the value, or null if
 * it is a delete, and a byte string of four, the CRC-32 of all bytes of the record before it, highest byte first. Heads
 * are in their shortest form.
 *
 * @module
 */
import { PaddedBytes } from "../../store/padded_bytes.ts";
import { writeHead } from "../cbor_text.ts";
import { shortCrc32 } from "../crc32.ts";
import { copyText, type OutputBuffer, WORD_EXCESS } from "../output_buffer.ts";
import type { RecordCodec, RecordReader, RecordRun } from "./record_codec.ts";

/** Major types, already shifted into place above the argument. */
const UNSIGNED = 0x00;
const TEXT = 0x60;
/** An array of five, and a byte string of four. */
const RECORD = 0x85;
const CRC = 0x44;
const NULL = 0xf6;
const CRC_BYTES = 5;

/** Largest argument that fits a head's own byte. */
const DIRECT_MAX = 23;
/** More than the size of a record's heads and checksum, and the excess of copying by words. */
const FRAME_BYTES_MAX = 48 + WORD_EXCESS;

const TWO_TO_32 = 0x1_0000_0000;

/** The CBOR form of records; see the module's comment. */
export const cborRecordCodec: RecordCodec = {
  name: "cbor",
  encode: encodeRun,
  reader: (bytes) => new CborRecordReader(bytes),
};

function encodeRun(run: RecordRun, out: OutputBuffer, start: number): number {
  const { words, bytes: source, end, shard } = run;
  let { version } = run;
  let { view } = out;
  let position = start | 0;
  for (let record = run.start | 0; record < end;) {
    const keyLength = words[record]! >> 1;
    const valueLength = words[(record + 1) | 0]!;
    const key = (record + 2) | 0;
    const value = (key + ((keyLength + 3) >> 2)) | 0;
    record = (value + ((valueLength + 3) >> 2)) | 0;
    if (position + keyLength + valueLength + FRAME_BYTES_MAX > view.byteLength) {
      out.reserve(position, keyLength + valueLength + FRAME_BYTES_MAX);
      view = out.view;
    }
    const first = position;
    view.setUint8(position, RECORD);
    position = writeHead(view, (position + 1) | 0, UNSIGNED, shard);
    position = version < TWO_TO_32 ? writeHead(view, position, UNSIGNED, version) : writeLong(view, position, version);
    version++;
    position = copyText(source, 4 * key, keyLength, view, writeHead(view, position, TEXT, keyLength));
    if (valueLength < 0) view.setUint8(position++, NULL);
    else position = copyText(source, 4 * value, valueLength, view, writeHead(view, position, TEXT, valueLength));
    const crc = shortCrc32(view, first, position);
    view.setUint8(position, CRC);
    view.setInt32((position + 1) | 0, crc);
    position = (position + CRC_BYTES) | 0;
  }
  run.version = version;
  return position;
}

/** Writes an unsigned integer of at least 2^32. */
function writeLong(view: DataView<ArrayBuffer>, position: number, argument: number): number {
  view.setUint8(position, UNSIGNED | 27);
  view.setUint32(position + 1, Math.floor(argument / TWO_TO_32));
  view.setUint32(position + 5, argument % TWO_TO_32);
  return position + 9;
}

class CborRecordReader implements RecordReader {
  shard = 0;
  version = 0;
  isDelete = false;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  #position = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(position: number): number {
    const bytes = this.#bytes;
    if (bytes[position] !== RECORD) return -1;
    this.#position = position + 1;
    this.shard = this.#readHead(UNSIGNED);
    this.version = this.#readHead(UNSIGNED);
    const keyLength = this.#readHead(TEXT);
    const key = this.#position;
    this.#position += keyLength;
    this.isDelete = bytes[this.#position] === NULL;
    const valueLength = this.isDelete ? 0 : this.#readHead(TEXT);
    const value = this.isDelete ? this.#position + 1 : this.#position;
    const end = value + valueLength;
    if (!(end + CRC_BYTES <= bytes.length) || bytes[end] !== CRC) return -1;
    if (this.#view.getInt32(end + 1) !== shortCrc32(this.#view, position, end)) return -1;
    this.key.copy(bytes, key, key + keyLength);
    if (!this.isDelete) this.value.copy(bytes, value, end);
    return end + CRC_BYTES;
  }

  nextStart(position: number): number {
    const next = this.#bytes.indexOf(RECORD, position + 1);
    return next < 0 ? this.#bytes.length : next;
  }

  /** Reads a head's argument; Infinity past the end of the bytes, or if the head has another major type. */
  #readHead(major: number): number {
    const at = this.#position;
    const low = at < this.#bytes.length ? this.#bytes[at]! - major : -1;
    if (low < 0 || low > 27) return this.#fail();
    if (low <= DIRECT_MAX) {
      this.#position = at + 1;
      return low;
    }
    const size = 1 << (low - 24);
    if (at + 1 + size > this.#bytes.length) return this.#fail();
    this.#position = at + 1 + size;
    if (size === 1) return this.#view.getUint8(at + 1);
    if (size === 2) return this.#view.getUint16(at + 1);
    if (size === 4) return this.#view.getUint32(at + 1);
    return this.#view.getUint32(at + 1) * TWO_TO_32 + this.#view.getUint32(at + 5);
  }

  #fail(): number {
    this.#position = Infinity;
    return Infinity;
  }
}
