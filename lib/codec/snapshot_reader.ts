/**
 * The interface for reading a snapshot back, entry by entry, straight from the file's bytes.
 *
 * A snapshot may hold more entries than a `Map` and more text than a string can, so it is never built as a whole.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";

/** A file is not an undamaged snapshot. The message says what is wrong with "it", the file, which the caller names. */
export class CorruptSnapshotError extends Error {
  override readonly name = "CorruptSnapshotError";
}

/** What a snapshot says before its entries. */
export interface SnapshotHead {
  readonly shard: number;
  readonly shards: number;
  /** The number of puts and deletes that the shard had applied. */
  readonly version: number;
  /** Number of entries. */
  readonly count: number;
}

/** Reads the entries of a snapshot whose checksum has already been verified, one after another. */
export interface SnapshotReader {
  readonly head: SnapshotHead;
  /** The current entry; {@linkcode SnapshotReader.next} overwrites it. */
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  /**
   * Advances to the next entry.
   *
   * @returns false when there are no more, in which case the snapshot is known to be complete
   * @throws {CorruptSnapshotError} when the bytes are not what kvlab writes
   */
  next(): boolean;
}

/** Greatest plausible version: not far above, a float64 can no longer count puts one by one. */
const VERSION_MAX = 2 ** 52;

/**
 * Checks that a head is plausible.
 *
 * @param sizeBytes size of the whole snapshot; each entry takes at least two bytes
 * @throws {CorruptSnapshotError} names the first member that is wrong
 */
export function checkHead(head: SnapshotHead, sizeBytes: number): SnapshotHead {
  const { shard, shards, version, count } = head;
  if (shards < 1) throw new CorruptSnapshotError(`its shards is ${shards}`);
  if (shard < 0 || shard >= shards) throw new CorruptSnapshotError(`its shard is ${shard}`);
  if (!(version >= 0 && version <= VERSION_MAX && Number.isInteger(version))) {
    throw new CorruptSnapshotError(`its version is ${version}, too high for puts to be counted`);
  }
  if (count < 0 || count > sizeBytes / 2) throw new CorruptSnapshotError(`its count is ${count}`);
  return head;
}

/** The error for a key that occurs twice. */
export function repeatedKey(key: PaddedBytes): CorruptSnapshotError {
  return new CorruptSnapshotError(`its key ${JSON.stringify(key.toString()).slice(0, 40)} occurs twice`);
}
