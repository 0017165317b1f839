/**
 * The sync levels, which say what has to be on the device.
 *
 * At level none, nothing is synced. Above it, a write is called synced, and a put that waits for that is acknowledged,
 * after these steps, in this order:
 *
 * - Snapshots by `rename`: sync the temporary file, rename it; at level full, and where puts wait, sync the directory.
 *   Where names are not synced, a snapshot is called synced only once the next one of its shard is written; see
 *   `layout/snapshot/rename.ts`.
 * - Snapshots by `alternate` and `in-place`: write over the file, sync it; at level full, and where the file is new,
 *   sync the directory. A shard's first alternating file is also synced before it is renamed to its name.
 * - Blocks: write into each block's older place, sync the file. A new file is synced before it is renamed to its name,
 *   and its directory after that; an extension is synced before the head counts it.
 * - Logs: append, sync the segment. Before a new segment, sync the one before; sync its head, rename it to its name,
 *   sync the directory.
 *
 * A checkpoint of a log is synced before its name, and its directory after that; only then are the segments that it
 * replaces reused or removed. Whatever a run finds when it opens a directory is synced, and the directory too, before
 * the run overwrites anything; and a directory that it makes is synced in its parent.
 *
 * @module
 */

/** The names of the sync levels, in the order shown to users. */
export const SYNC_NAMES = ["none", "data", "full"] as const;

/** What is synced to the device before a write counts as durable: nothing, the file's data, or its directory too. */
export type SyncName = typeof SYNC_NAMES[number];

/** Whether anything is synced at this level; false where the level is not known. */
export function isSynced(sync: SyncName | undefined): boolean {
  return sync !== undefined && sync !== "none";
}
