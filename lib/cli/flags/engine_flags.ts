/**
 * The engines' flags: what the engines take, each of them or several. Those that the file backend has as well are with its
 * own, and say there which engines take them too.
 *
 * @module
 */
import { JOURNAL_NAMES, SYNCHRONOUS_NAMES } from "../../engine/sqlite/settings.ts";
import { type DefaultedFlag, duration, type Flag, oneOf, size } from "./flag.ts";

/** The engines' flags, in the order shown to users. */
export const ENGINE_FLAGS = {
  journal: {
    name: "journal",
    scope: "engine",
    engines: ["sqlite"],
    about:
      "sqlite: its journal mode. wal: a write-ahead log. delete, truncate, persist: a rollback journal, and what " +
      "becomes of it at each commit. memory, off: none that outlives a crash.",
    defaultText: "wal",
    ...oneOf(JOURNAL_NAMES),
  },
  synchronous: {
    name: "synchronous",
    scope: "engine",
    engines: ["sqlite"],
    about: "sqlite: how often it syncs. full: at each commit. normal: with the journal wal only at checkpoints.",
    defaultText: "full",
    ...oneOf(SYNCHRONOUS_NAMES),
  },
  /** Its value is in milliseconds. */
  busyTimeout: {
    name: "busy-timeout",
    scope: "engine",
    engines: ["sqlite"],
    about: "sqlite: how long a put waits while other threads write, before the run fails.",
    defaultText: "10s",
    ...duration({ min: "0s", minMs: 0 }, { example: "500ms" }),
  },
  /** Its value is in bytes. */
  cacheSize: {
    name: "cache-size",
    scope: "engine",
    engines: ["sqlite"],
    about: "sqlite: the page cache of each thread's connection.",
    defaultNote: "the engine's own",
    ...size({ min: "4KiB", max: "8GiB" }, { example: "8MiB" }),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;
