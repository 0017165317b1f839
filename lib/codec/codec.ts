/**
 * The interface of the codecs, which convert between the shared store and the bytes of a shard file.
 *
 * A snapshot file holds one map:
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode FORMAT} |
 * | `shard`, `shards` | the shard's index and how many there are |
 * | `version` | how many puts and deletes the shard had applied |
 * | `count` | number of entries |
 * | `entries` | a map from key to value, both text |
 * | `crc32` | eight lowercase hexadecimal digits: the CRC-32 of all bytes of the file before this member |
 *
 * in exactly this order. JSON and CBOR write this map; `raw` has the same content in its own form.
 *
 * @module
 */
import type { ShardView } from "../store/shard.ts";
import type { OutputBuffer } from "./output_buffer.ts";
import type { SnapshotReader } from "./snapshot_reader.ts";

/** The names of the serializers, in the order shown to users. */
export const SERIALIZER_NAMES = ["json", "cbor", "raw"] as const;

/** How a shard file is encoded; also the file's extension. */
export type SerializerName = typeof SERIALIZER_NAMES[number];

/** The `format` member of every snapshot. */
export const FORMAT = "kvlab/1";

/** Writes and reads snapshots in one format. */
export interface Codec {
  readonly name: SerializerName;
  /**
   * Encodes the shard in the view to the front of `out`, which grows if it must. The caller holds the shard's lock
   * meanwhile. Apart from growth, nothing is allocated per entry.
   *
   * @returns the length of the encoded snapshot in bytes
   */
  encode(view: ShardView, out: OutputBuffer): number;
  /**
   * Checks the checksum of a whole file and begins to read it.
   *
   * @throws {CorruptSnapshotError} when the bytes do not begin like an undamaged snapshot; {@linkcode
   * SnapshotReader.next} throws it when they do not continue like one
   */
  read(bytes: Uint8Array<ArrayBuffer>): SnapshotReader;
}
