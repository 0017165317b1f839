/**
 * LMDB, through the npm package lmdb: one file, mapped into memory, whose pages are never overwritten while they are
 * part of what was committed last.
 *
 * @module
 */
import { afterFailure, thenCleanUp } from "../../sync/clean_up.ts";
import type { Engine, PreparedEngine } from "../engine.ts";
import { EngineDirectory, type StoreSigns } from "../engine_directory.ts";
import { type Loss, NOTHING } from "../promises.ts";
import { LmdbConnection, LmdbSharedConnection } from "./connection.ts";
import { LmdbDatabase, type LmdbTarget } from "./database.ts";
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

  async prepare({ settings, output, inFlight }): Promise<PreparedEngine> {
    const directory = EngineDirectory.open("lmdb", output, SIGNS);
    const target = { ...settings, inFlight, path: `${directory.path}/${FILE_NAME}` };
    try {
      checkFile(target.path);
      const database = LmdbDatabase.open(target);
      directory.made(SIGNS);
      return {
        target,
        directory,
        close: () => thenCleanUp(() => database.close(), () => directory.close()),
      };
    } catch (error) {
      await afterFailure(() => directory.close());
      throw error;
    }
  },

  connect(target) {
    const lmdb = target as LmdbTarget;
    const database = LmdbDatabase.open(lmdb);
    return lmdb.inFlight > 1 ? new LmdbSharedConnection(database) : new LmdbConnection(database);
  },
};

const POWER_LOSS: Readonly<Record<LmdbSettings["syncMode"], Loss>> = {
  "sync": NOTHING,
  "no-meta-sync": { text: "the last commits, of which the system had not yet written where they are" },
  "no-sync": { text: "everything: the database may become corrupt", mayTear: true },
};
