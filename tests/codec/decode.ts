/**
 * A whole snapshot as one object, for tests to compare.
 *
 * @module
 */
import type { Codec } from "../../lib/codec/codec.ts";
import type { SnapshotHead } from "../../lib/codec/snapshot_reader.ts";

/** A snapshot as read from a file. */
export interface Snapshot extends Omit<SnapshotHead, "count"> {
  readonly entries: Readonly<Record<string, string>>;
}

/** Reads a whole file. @throws {CorruptSnapshotError} when the bytes are not one undamaged snapshot */
export function decode(codec: Codec, bytes: Uint8Array<ArrayBuffer>): Snapshot {
  const reader = codec.read(bytes);
  const entries: [string, string][] = [];
  while (reader.next()) entries.push([reader.key.toString(), reader.value.toString()]);
  const { shard, shards, version } = reader.head;
  return { shard, shards, version, entries: Object.fromEntries(entries) };
}
