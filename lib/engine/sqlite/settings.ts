/**
 * SQLite's settings, under the names of its own pragmas.
 *
 * @module
 */

/** The values of `PRAGMA journal_mode`, in the order shown to users. */
export const JOURNAL_NAMES = ["wal", "delete", "truncate", "persist", "memory", "off"] as const;

/** The values of `PRAGMA synchronous`, each at the index by which SQLite knows it. */
export const SYNCHRONOUS_NAMES = ["off", "normal", "full", "extra"] as const;

/** How SQLite keeps its files. */
export type SqliteSettings = {
  readonly journal: typeof JOURNAL_NAMES[number];
  readonly synchronous: typeof SYNCHRONOUS_NAMES[number];
  /** How long a connection waits for another one's write, in milliseconds, before an operation fails. */
  readonly busyTimeoutMs: number;
  /** The page cache of each connection, in bytes; SQLite's own default if absent. */
  readonly cacheSizeBytes?: number;
};
