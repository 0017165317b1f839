/**
 * LevelDB's settings.
 *
 * @module
 */
import { size } from "../../option/kinds.ts";
import type { EngineDeclaration } from "../declaration.ts";

/** What is synced before a put is acknowledged: nothing, or LevelDB's log. */
const LEVELDB_SYNC_NAMES = ["none", "data"] as const;

/** How LevelDB keeps its files. */
export type LeveldbSettings = {
  readonly sync: typeof LEVELDB_SYNC_NAMES[number];
  /** The block cache, in bytes. */
  readonly cacheSizeBytes: number;
  /** How large the newest puts may grow in memory and in the log before they become a table, in bytes. */
  readonly writeBufferSizeBytes: number;
};

/** LevelDB's own defaults. */
const CACHE_BYTES = 8 * 2 ** 20;
const WRITE_BUFFER_BYTES = 4 * 2 ** 20;

/** LevelDB on the command line. */
export const LEVELDB: EngineDeclaration = {
  about: "LevelDB, through the npm package classic-level.",
  takes: ["output", "in-flight"],
  isOrdered: true,
  syncNames: LEVELDB_SYNC_NAMES,
  flags: {
    cacheSizeBytes: {
      name: "cache-size",
      about: "leveldb: the block cache.",
      defaultNote: "the engine's own",
      ...size({ min: "4KiB", max: "8GiB" }, { example: "8MiB" }),
    },
    writeBufferSizeBytes: {
      name: "write-buffer-size",
      about: "leveldb: how large the newest puts may grow in memory and in the log before they become a table.",
      defaultNote: "the engine's own",
      ...size({ min: "64KiB", max: "1GiB" }, { example: "4MiB" }),
    },
  },
  defaults: { cacheSizeBytes: CACHE_BYTES, writeBufferSizeBytes: WRITE_BUFFER_BYTES },
};
