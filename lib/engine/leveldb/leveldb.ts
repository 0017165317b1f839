/**
 * LevelDB, through the npm package classic-level: a directory of logs and sorted tables that one process opens.
 *
 * @module
 */
import type { Engine, PreparedEngine } from "../engine.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { NOTHING } from "../promises.ts";
import { LeveldbConnection, type LeveldbTarget, openDatabase } from "./connection.ts";
import type { LeveldbSettings } from "./settings.ts";

/** LevelDB's directory inside kvlab's; it contains a lock file of its own. */
const DIRECTORY_NAME = "leveldb";
/**
 * `CURRENT` names the manifest. Without it LevelDB begins anew, and deletes the tables and logs that it finds. Each
 * opening begins a log before the one before it is deleted (`DB::Open`); LevelDB itself does not miss one.
 */
const SIGNS: StoreSigns = {
  file: `${DIRECTORY_NAME}/CURRENT`,
  companion: { name: /^\d+\.log$/, what: "log" },
  isSign: (name) => /^\d+\.(?:ldb|sst|log)$/.test(name),
};

/**
 * LevelDB. All load workers share the process's one database, which the package allows if each asks for it. Puts run on
 * a pool of threads, several at a time, and concurrent ones share a write of the log (`DBImpl::Write`).
 */
export const ENGINE: Engine<LeveldbSettings> = {
  title: "LevelDB",

  /**
   * According to LevelDB's documentation (https://github.com/google/leveldb/blob/main/doc/index.md, "Synchronous
   * Writes"), a put that is not synced has been handed to the operating system when it returns; "a crash of the machine
   * may cause the last few updates to be lost", while a crash of just the writing process loses nothing. With `sync` it
   * returns when the data "has been pushed all the way to persistent storage".
   */
  promises: ({ sync }) => ({
    processCrash: NOTHING,
    powerLoss: sync === "data" ? NOTHING : { text: "the last updates, those that the system had not written yet" },
  }),

  prepare({ settings, output }): Promise<PreparedEngine> {
    return prepareIn("leveldb", { output, signs: SIGNS }, async (directory) => {
      const target = { ...settings, path: `${directory}/${DIRECTORY_NAME}` };
      const database = await openDatabase(target);
      return { target, close: () => database.close() };
    });
  },

  async connect(target) {
    const leveldb = target as LeveldbTarget;
    return new LeveldbConnection(await openDatabase(leveldb), leveldb);
  },
};
