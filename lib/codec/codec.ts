/**
 * Room of the codecs: the interface between the shared store and the bytes of a shard file.
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
 * in exactly this order. Every codec writes the same map.
 *
 * @module
 */
import { crc32 as zlibCrc32 } from "node:zlib";
import type { ShardView } from "../store/shard.ts";
import { CorruptSnapshotError } from "./corrupt_snapshot_error.ts";
import type { OutputBuffer } from "./output_buffer.ts";

/** The names of the serializers, in the order shown to users. */
export const SERIALIZER_NAMES = ["json", "cbor"] as const;

/** How a shard file is encoded; also the file's extension. */
export type SerializerName = typeof SERIALIZER_NAMES[number];

/** What the `format` member of every snapshot says. */
export const FORMAT = "kvlab/1";

/** A snapshot as read from a file. */
export interface Snapshot {
  readonly shard: number;
  readonly shards: number;
  readonly version: number;
  readonly entries: Readonly<Record<string, string>>;
}

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
   * Reads a whole file.
   *
   * @throws {CorruptSnapshotError} when the bytes are not one undamaged snapshot
   */
  decode(bytes: Uint8Array<ArrayBuffer>): Snapshot;
}

/** Length of a CRC-32 as text. */
export const CRC32_LENGTH = 8;

/** The CRC-32 of the first `length` bytes, as an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array, length: number): number {
  return zlibCrc32(bytes.subarray(0, length));
}

/** A CRC-32 as a snapshot's eight digits. */
export function crc32Hex(crc: number): string {
  return crc.toString(16).padStart(CRC32_LENGTH, "0");
}

/**
 * Checks that a parsed document is the map described above, and takes it over as a snapshot. The `crc32` member is the
 * codec's to check.
 *
 * @throws {CorruptSnapshotError} naming the first member that is wrong
 */
export function checkSnapshot(document: unknown): Snapshot {
  if (!isRecord(document)) throw new CorruptSnapshotError("it does not hold a map");
  const { format, shard, shards, version, count, entries } = document;
  if (format !== FORMAT) throw new CorruptSnapshotError(`its format is ${show(format)}, not "${FORMAT}"`);
  if (!isCount(shards) || shards < 1) throw new CorruptSnapshotError(`its shards is ${show(shards)}`);
  if (!isCount(shard) || shard >= shards) throw new CorruptSnapshotError(`its shard is ${show(shard)}`);
  if (!isCount(version)) throw new CorruptSnapshotError(`its version is ${show(version)}`);
  if (!isRecord(entries)) throw new CorruptSnapshotError("its entries are not a map");
  const values = Object.values(entries);
  if (count !== values.length) {
    throw new CorruptSnapshotError(`its count is ${show(count)}, but it has ${values.length} entries`);
  }
  if (!values.every((value) => typeof value === "string")) throw new CorruptSnapshotError("a value is not text");
  return { shard, shards, version, entries: entries as Record<string, string> };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function show(value: unknown): string {
  return value === undefined ? "missing" : String(JSON.stringify(value)).slice(0, 40);
}
