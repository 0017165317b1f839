/**
 * LMDB's settings, under the names of its own options.
 *
 * @module
 */
import { oneOf, size } from "../../option/kinds.ts";
import type { EngineDeclaration } from "../declaration.ts";

/** What a commit syncs, from all that it can be to nothing; named after the options of LMDB that say so. */
const LMDB_SYNC_MODES = ["sync", "no-meta-sync", "no-sync"] as const;

/** How LMDB keeps its file. */
export type LmdbSettings = {
  readonly syncMode: typeof LMDB_SYNC_MODES[number];
  /** How much address space the file is mapped into at first, in bytes; it grows as the file does. */
  readonly mapSizeBytes: number;
};

/** LMDB on the command line. */
export const LMDB: EngineDeclaration = {
  about: "LMDB, through the npm package lmdb: a file mapped into memory.",
  takes: ["output", "in-flight"],
  isOrdered: true,
  flags: {
    syncMode: {
      name: "sync-mode",
      about:
        "lmdb: what a commit syncs. sync: its pages, then the page that names them. no-meta-sync: not the latter. " +
        "no-sync: nothing.",
      defaultText: "sync",
      ...oneOf(LMDB_SYNC_MODES),
    },
    mapSizeBytes: {
      name: "map-size",
      about: "lmdb: how much address space its file is mapped into at first.",
      defaultText: "1GiB",
      ...size({ min: "1MiB", max: "1024GiB" }, { example: "4GiB" }),
    },
  },
  // A page that was never written lies beyond the end of the file, and a process that reads it there is killed
  // (SIGBUS).
  notJudged: ({ syncMode }) =>
    syncMode === "no-sync"
      ? "--sync-mode=no-sync, after which reading the database may kill whoever reads it"
      : undefined,
};
