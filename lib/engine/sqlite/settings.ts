/**
 * SQLite's settings, under the names of its own pragmas.
 *
 * @module
 */
import { duration, oneOf, size } from "../../option/kinds.ts";
import type { EngineDeclaration } from "../declaration.ts";

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

/** SQLite on the command line. */
export const SQLITE: EngineDeclaration = {
  about: "SQLite: each thread opens the database file for itself, and each put is a transaction.",
  takes: ["output"],
  isOrdered: true,
  flags: {
    journal: {
      name: "journal",
      about: "sqlite: its journal mode. wal: a write-ahead log. delete, truncate, persist: a rollback journal, and " +
        "what happens to it at each commit. memory, off: none that survives a crash.",
      defaultText: "wal",
      ...oneOf(JOURNAL_NAMES),
    },
    synchronous: {
      name: "synchronous",
      about:
        "sqlite: how often it syncs. extra: at each commit, with --journal=delete its directory too. full: at each commit. " +
        "normal: with --journal=wal, only at checkpoints.",
      defaultText: "full",
      ...oneOf(SYNCHRONOUS_NAMES),
    },
    busyTimeoutMs: {
      name: "busy-timeout",
      about: "sqlite: how long a put waits for other threads' writes before the run fails.",
      defaultText: "10s",
      ...duration({ min: "0s", minMs: 0 }, { example: "500ms" }),
    },
    cacheSizeBytes: {
      name: "cache-size",
      about: "sqlite: the page cache of each thread's connection.",
      defaultNote: "the engine's own",
      ...size({ min: "4KiB", max: "8GiB" }, { example: "8MiB" }),
    },
  },
};
