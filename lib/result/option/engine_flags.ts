/**
 * The engines' flags. Those shared with the file backend are in `file_flags.ts`, which lists the engines that take
 * them.
 *
 * @module
 */
import { JOURNAL_NAMES, SYNCHRONOUS_NAMES } from "../../engine/sqlite/settings.ts";
import { duration, oneOf, size, wholeNumber } from "../../option/kinds.ts";
import { type DefaultedFlag, type Flag } from "./flag.ts";

/** The engines' flags, in the order shown to users. */
export const ENGINE_FLAGS = {
  journal: {
    name: "journal",
    scope: "engine",
    engines: ["sqlite"],
    about: "sqlite: its journal mode. wal: a write-ahead log. delete, truncate, persist: a rollback journal, and " +
      "what happens to it at each commit. memory, off: none that survives a crash.",
    defaultText: "wal",
    ...oneOf(JOURNAL_NAMES),
  },
  synchronous: {
    name: "synchronous",
    scope: "engine",
    engines: ["sqlite"],
    about: "sqlite: how often it syncs. full: at each commit. normal: with --journal=wal, only at checkpoints.",
    defaultText: "full",
    ...oneOf(SYNCHRONOUS_NAMES),
  },
  /** In milliseconds. */
  busyTimeoutMs: {
    name: "busy-timeout",
    scope: "engine",
    engines: ["sqlite"],
    about: "sqlite: how long a put waits for other threads' writes before the run fails.",
    defaultText: "10s",
    ...duration({ min: "0s", minMs: 0 }, { example: "500ms" }),
  },
  /** In bytes. */
  cacheSizeBytes: {
    name: "cache-size",
    scope: "engine",
    engines: ["sqlite", "leveldb"],
    about: "sqlite: the page cache of each thread's connection. leveldb: the block cache.",
    defaultNote: "the engine's own",
    ...size({ min: "4KiB", max: "8GiB" }, { example: "8MiB" }),
  },
  /** In bytes. */
  writeBufferSizeBytes: {
    name: "write-buffer-size",
    scope: "engine",
    engines: ["leveldb"],
    about: "leveldb: how large the newest puts may grow in memory and in the log before they become a table.",
    defaultText: "4MiB",
    ...size({ min: "64KiB", max: "1GiB" }, { example: "4MiB" }),
  },
  inFlight: {
    name: "in-flight",
    scope: "engine",
    engines: ["leveldb", "denokv", "redis"],
    placeholder: "N",
    about: "leveldb, denokv, redis: the most operations that each thread has in flight.",
    defaultText: "1",
    words: (inFlight: number) => inFlight === 1 ? "" : `${inFlight} in flight`,
    ...wholeNumber({ min: 1, max: 1024 }),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;
