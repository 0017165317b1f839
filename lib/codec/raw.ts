/**
 * The raw codec: the arena's own bytes with a head and a checksum, at the speed of a memcpy. See `raw_reader.ts` for
 * the form.
 *
 * @module
 */
import type { ShardView } from "../store/shard.ts";
import type { Codec } from "./codec.ts";
import { CorruptSnapshotError, type SnapshotReader } from "./snapshot_reader.ts";
import { crc32 } from "./crc32.ts";
import type { OutputBuffer } from "./output_buffer.ts";
import {
  RAW_COUNT,
  RAW_CRC_BYTES,
  RAW_HEAD_BYTES,
  RAW_MAGIC,
  RAW_SHARD,
  RAW_SHARDS,
  RAW_VERSION,
  RAW_WORDS,
  RawSnapshotReader,
} from "./raw_reader.ts";

/** The raw form of a snapshot; see `raw_reader.ts`. */
export const rawCodec: Codec = {
  name: "raw",

  encode(source: ShardView, out: OutputBuffer): number {
    const words = source.end - source.start;
    const end = RAW_HEAD_BYTES + words * Int32Array.BYTES_PER_ELEMENT;
    out.reserve(0, end + RAW_CRC_BYTES);
    const { view, bytes } = out;
    bytes.set(RAW_MAGIC);
    view.setInt32(RAW_SHARD, source.shard, true);
    view.setInt32(RAW_SHARDS, source.shards, true);
    view.setFloat64(RAW_VERSION, source.version, true);
    view.setInt32(RAW_COUNT, source.count, true);
    view.setInt32(RAW_WORDS, words, true);
    const { buffer, byteOffset } = source.words;
    bytes.set(new Uint8Array(buffer, byteOffset + source.start * 4, words * 4), RAW_HEAD_BYTES);
    view.setUint32(end, crc32(bytes, end), true);
    return end + RAW_CRC_BYTES;
  },

  read(bytes: Uint8Array<ArrayBuffer>): SnapshotReader {
    const covered = bytes.length - RAW_CRC_BYTES;
    if (covered < RAW_HEAD_BYTES) throw new CorruptSnapshotError(`it ends after ${bytes.length} bytes`);
    const found = new DataView(bytes.buffer, bytes.byteOffset).getUint32(covered, true);
    if (found !== crc32(bytes, covered)) {
      throw new CorruptSnapshotError("it does not end with the crc32 of its content");
    }
    return new RawSnapshotReader(bytes, covered);
  },
};
