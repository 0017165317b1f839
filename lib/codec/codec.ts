/**
 * The interface of the codecs, between the shared store and the bytes of a shard file.
 *
 * A snapshot file holds one map:
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode FORMAT} |
 * | `shard`, `shards` | the shard's index and how many there are |
 * | `version` | the puts the shard had acknowledged |
 * | `count` | number of entries |
 * | `entries` | a map from key to value, both text |
 * | `crc32` | eight lowercase hexadecimal digits: the CRC-32 of all bytes of the file before this member |
 *
 * in exactly this order. JSON and CBOR write this map; `raw` has the same in a form of its own.
 *
 * @module
 */
import { crc32 as zlibCrc32 } from "node:zlib";
import type { ShardView } from "../store/shard.ts";
import type { OutputBuffer } from "./output_buffer.ts";
import type { SnapshotReader } from "./snapshot_reader.ts";

/** The names of the serializers, in the order shown to users. */
export const SERIALIZER_NAMES = ["json", "cbor", "raw"] as const;

/** How a shard file is encoded; also the file's extension. */
export type SerializerName = typeof SERIALIZER_NAMES[number];

/** What the `format` member of every snapshot says. */
export const FORMAT = "kvlab/1";

/** Writes and reads snapshots in one format. */
export interface Codec {
  readonly name: SerializerName;
  /**
   * Encodes the shard in the view into the front of `out`, which grows if it must. The caller keeps
   * the shard's lock meanwhile. Apart from growth, nothing is allocated per entry.
   *
   * @returns the length of the encoded snapshot in bytes
   */
  encode(view: ShardView, out: OutputBuffer): number;
  /**
   * Begins to read a whole file, whose checksum it checks first.
   *
   * @throws {CorruptSnapshotError} when the bytes do not begin as an undamaged snapshot does; {@linkcode SnapshotReader.next}
   * throws it when they do not go on as one
   */
  read(bytes: Uint8Array<ArrayBuffer>): SnapshotReader;
}

/** Length of a CRC-32 as text. */
export const CRC32_LENGTH = 8;

/** Bytes of a checksum's pieces: zlib takes lengths of 32 bits. */
const CRC_PIECE_BYTES = 2 ** 30;

/** The CRC-32 of the first `length` bytes, as an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array, length: number): number {
  let crc = 0;
  for (let start = 0; start < length; start += CRC_PIECE_BYTES) {
    crc = zlibCrc32(bytes.subarray(start, Math.min(length, start + CRC_PIECE_BYTES)), crc);
  }
  return crc;
}

/** A CRC-32 as a snapshot's eight digits. */
export function crc32Hex(crc: number): string {
  return crc.toString(16).padStart(CRC32_LENGTH, "0");
}
