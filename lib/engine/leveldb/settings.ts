/**
 * LevelDB's settings.
 *
 * @module
 */

/** What is synced before a put is acknowledged: nothing, or LevelDB's log. */
export const LEVELDB_SYNC_NAMES = ["none", "data"] as const;

/** How LevelDB keeps its files. */
export type LeveldbSettings = {
  readonly sync: typeof LEVELDB_SYNC_NAMES[number];
  /** The block cache, in bytes. */
  readonly cacheSizeBytes: number;
  /** How large the newest puts may grow in memory and in the log before they become a table, in bytes. */
  readonly writeBufferSizeBytes: number;
};
