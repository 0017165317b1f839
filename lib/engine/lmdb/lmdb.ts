/**
 * LMDB, through the npm package lmdb: one file, mapped into memory, whose pages are never overwritten while they are
 * part of what was committed last.
 *
 * @module
 */
import type { Engine, PreparedEngine } from "../engine.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { type Loss, NOTHING } from "../promises.ts";
import { LmdbConnection, LmdbSharedConnection, type LmdbTarget } from "./connection.ts";
import { checkFile } from "./file_check.ts";
import type { LmdbSettings } from "./settings.ts";

/** The database file's name in its directory. LMDB's lock file beside it says nothing about a store. */
const FILE_NAME = "store.lmdb";
const SIGNS: StoreSigns = { file: FILE_NAME, isSign: () => false };

/**
 * LMDB, whose environment the process's threads share. With one operation in flight, each put is a transaction on the
 * load worker's own thread; with several, those of a thread that wait share one.
 */
export const ENGINE: Engine<LmdbSettings> = {
  title: "LMDB",

  /**
   * According to LMDB's documentation (`mdb_env_set_flags` and `mdb_env_open` in `lmdb.h`):
   *
   * - What is committed has been handed to the operating system, so a crash of just the process loses nothing.
   * - By default, a commit returns once its pages and then the meta page have been flushed.
   * - With MDB_NOMETASYNC a commit "may be undone by a system crash. This may reduce durability but not integrity":
   *   the meta page goes to the disk with the next commit's flush, so that a crash undoes the last one.
   * - With MDB_NOSYNC "a system crash can then corrupt the database or lose the last transactions".
   */
  promises: ({ syncMode }) => ({ processCrash: NOTHING, powerLoss: POWER_LOSS[syncMode] }),

  prepare({ settings, output, inFlight }): Promise<PreparedEngine> {
    return prepareIn("lmdb", { output, signs: SIGNS }, (directory) => {
      const target = { ...settings, inFlight, path: `${directory}/${FILE_NAME}` };
      checkFile(target.path);
      const connection = LmdbConnection.open(target);
      return { target, close: () => connection.close() };
    });
  },

  connect(target) {
    const lmdb = target as LmdbTarget;
    const connection = LmdbConnection.open(lmdb);
    return lmdb.inFlight > 1 ? new LmdbSharedConnection(connection) : connection;
  },
};

const POWER_LOSS: Readonly<Record<LmdbSettings["syncMode"], Loss>> = {
  "sync": NOTHING,
  "no-meta-sync": { text: "the last commits, of which the system had not yet written where they are" },
  "no-sync": { text: "everything: the database may become corrupt", mayTear: true },
};
