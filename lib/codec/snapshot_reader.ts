/**
 * Reading a snapshot back: entry by entry, straight from the file's bytes.
 *
 * A snapshot may hold more entries than a `Map` takes, and more text than a string does, so it is never built as a whole.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { CorruptSnapshotError } from "./corrupt_snapshot_error.ts";

/** What a snapshot says before its entries. */
export interface SnapshotHead {
  readonly shard: number;
  readonly shards: number;
  /** The puts that the shard had acknowledged. */
  readonly version: number;
  /** Number of entries. */
  readonly count: number;
}

/** A snapshot whose checksum is right, while its entries are read one after the other. */
export interface SnapshotReader {
  readonly head: SnapshotHead;
  /** The entry at hand; the next call of {@linkcode SnapshotReader.next} changes them. */
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  /**
   * Moves on to the next entry.
   *
   * @returns false when there are no more, and the snapshot is known to be whole
   * @throws {CorruptSnapshotError} when the bytes are not what kvlab writes
   */
  next(): boolean;
}

/** From this version on, a float64 could soon no longer count puts one by one. */
const VERSION_MAX = 2 ** 52;

/**
 * Checks what a head says.
 *
 * @param sizeBytes of the whole snapshot, of which each entry takes two at least
 * @throws {CorruptSnapshotError} naming the first member that is wrong
 */
export function checkHead(head: SnapshotHead, sizeBytes: number): SnapshotHead {
  const { shard, shards, version, count } = head;
  if (shards < 1) throw new CorruptSnapshotError(`its shards is ${shards}`);
  if (shard < 0 || shard >= shards) throw new CorruptSnapshotError(`its shard is ${shard}`);
  if (!(version >= 0 && version <= VERSION_MAX && Number.isInteger(version))) {
    throw new CorruptSnapshotError(`its version is ${version}, from which no put could be counted`);
  }
  if (count < 0 || count > sizeBytes / 2) throw new CorruptSnapshotError(`its count is ${count}`);
  return head;
}

/** An error for a key that is there twice. */
export function repeatedKey(key: PaddedBytes): CorruptSnapshotError {
  return new CorruptSnapshotError(`its key ${JSON.stringify(key.toString()).slice(0, 40)} is there twice`);
}
