/**
 * The error for bytes that are not a snapshot.
 *
 * @module
 */

/** A file is not an undamaged snapshot. The message says what is wrong with "it", the file, which the caller names. */
export class CorruptSnapshotError extends Error {
  override readonly name = "CorruptSnapshotError";
}
