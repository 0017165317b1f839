/**
 * Log records in raw form: the words that a put noted, with a head and a checksum.
 *
 * All numbers are 32-bit little-endian words, except the version, a float64:
 *
 * | word | content |
 * |---|---|
 * | 0 | how many words the record has, checksum included |
 * | 1 | the shard |
 * | 2, 3 | the version |
 * | 4 | the key's length in bytes |
 * | 5 | the value's length in bytes; -1 of a delete, which has none |
 * | 6 … | key, zero-padded to whole words |
 * | … | value, zero-padded to whole words |
 * | last | CRC-32 of all words before |
 *
 * Records begin at multiples of four bytes.
 *
 * @module
 */
import { PaddedBytes } from "../../store/padded_bytes.ts";
import { shortCrc32 } from "../crc32.ts";
import { type OutputBuffer, WORD_EXCESS } from "../output_buffer.ts";
import { NO_VALUE, type RecordCodec, type RecordReader, type RecordRun } from "./record_codec.ts";

const HEAD_BYTES = 24;
const CRC_BYTES = 4;

/** The raw form of records; see the module's comment. */
export const rawRecordCodec: RecordCodec = {
  name: "raw",
  encode: encodeRun,
  reader: (bytes) => new RawRecordReader(bytes),
};

function encodeRun(run: RecordRun, out: OutputBuffer, start: number): number {
  const { words, bytes: source, end, shard, version } = run;
  let { view } = out;
  let count = 0;
  let position = start | 0;
  for (let record = run.start | 0; record < end;) {
    const keyLength = words[record]! >> 1;
    const valueLength = words[(record + 1) | 0]!;
    const text = (record + 2) | 0;
    const textBytes = ((((keyLength + 3) >> 2) + ((valueLength + 3) >> 2)) << 2) | 0;
    record = (text + (textBytes >> 2)) | 0;
    const bytes = (HEAD_BYTES + textBytes + CRC_BYTES) | 0;
    if (position + bytes + WORD_EXCESS > view.byteLength) {
      out.reserve(position, bytes + WORD_EXCESS);
      view = out.view;
    }
    view.setInt32(position, bytes >> 2, true);
    view.setInt32((position + 4) | 0, shard, true);
    view.setFloat64((position + 8) | 0, version + count, true);
    view.setInt32((position + 16) | 0, keyLength, true);
    view.setInt32((position + 20) | 0, valueLength, true);
    const to = (position + HEAD_BYTES) | 0;
    for (let at = 0, from = 4 * text; at < textBytes; at = (at + 8) | 0) {
      view.setBigInt64((to + at) | 0, source.getBigInt64(from + at, true), true);
    }
    const covered = (to + textBytes) | 0;
    view.setInt32(covered, shortCrc32(view, position, covered), true);
    position = (covered + CRC_BYTES) | 0;
    count++;
  }
  run.version += count;
  return position;
}

class RawRecordReader implements RecordReader {
  shard = 0;
  version = 0;
  isDelete = false;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(position: number): number {
    const view = this.#view;
    if (position + HEAD_BYTES + CRC_BYTES > view.byteLength) return -1;
    const bytes = 4 * view.getInt32(position, true);
    const keyLength = view.getInt32(position + 16, true);
    const valueLength = view.getInt32(position + 20, true);
    const keyBytes = (keyLength + 3) & ~3;
    if (keyLength < 0 || valueLength < NO_VALUE) return -1;
    if (bytes !== HEAD_BYTES + keyBytes + ((valueLength + 3) & ~3) + CRC_BYTES) return -1;
    const covered = position + bytes - CRC_BYTES;
    if (covered + CRC_BYTES > view.byteLength) return -1;
    if (view.getInt32(covered, true) !== shortCrc32(view, position, covered)) return -1;
    this.shard = view.getInt32(position + 4, true);
    this.version = view.getFloat64(position + 8, true);
    const key = position + HEAD_BYTES;
    this.key.copy(this.#bytes, key, key + keyLength);
    this.isDelete = valueLength === NO_VALUE;
    if (!this.isDelete) this.value.copy(this.#bytes, key + keyBytes, key + keyBytes + valueLength);
    return covered + CRC_BYTES;
  }

  nextStart(position: number): number {
    return (position + 4) & ~3;
  }
}
