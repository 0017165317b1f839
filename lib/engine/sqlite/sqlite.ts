/**
 * SQLite, as it ships inside Deno: a database file that every load worker opens for itself.
 *
 * @module
 */
import { thenCleanUp } from "../../sync/clean_up.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { EngineError } from "../engine_error.ts";
import { type Loss, NOTHING, type Promises } from "../promises.ts";
import { openDatabase, SqliteConnection, type SqliteTarget } from "./connection.ts";
import type { Engine, PreparedEngine } from "../engine.ts";
import type { SqliteSettings } from "./settings.ts";
import type { DatabaseSync } from "node:sqlite";

/** The database file's name in its directory. SQLite drops the journals of a database that is gone. */
const FILE_NAME = "store.sqlite";
const SIGNS: StoreSigns = { file: FILE_NAME, isSign: (name) => /^store\.sqlite-(?:wal|journal)$/.test(name) };

/** One table of keys and values, which SQLite keeps in key order. */
const CREATE_TABLE = "CREATE TABLE IF NOT EXISTS kv(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID";

/** SQLite, with one connection per load worker and a transaction per put. */
export const ENGINE: Engine<SqliteSettings> = {
  title: "SQLite",
  promises: sqlitePromises,

  prepare({ settings, output, onWarning }): Promise<PreparedEngine> {
    return prepareIn("sqlite", { output, signs: SIGNS }, (directory) => {
      const path = `${directory}/${FILE_NAME}`;
      const database = openDatabase(path, settings);
      makeTable(database, path);
      return {
        target: { ...settings, path },
        // Only a write-ahead log has anything to settle.
        ...(settings.journal === "wal" ? { settle: () => void checkpoint(database, path, "TRUNCATE") } : {}),
        close: () =>
          thenCleanUp(() => {
            if (settings.journal === "wal") warnOfReaders(checkpoint(database, path, "PASSIVE"), path, onWarning);
          }, () => database.close()),
      };
    });
  },

  connect: (target) => new SqliteConnection(target as SqliteTarget),
};

/** What a checkpoint found: how many pages the write-ahead log has, and how many of them the database has by now. */
interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Moves the write-ahead log into the database, as far as no reader needs it.
 *
 * @throws {EngineError} when that fails, such as on a full disk
 */
function checkpoint(database: DatabaseSync, path: string, mode: "PASSIVE" | "TRUNCATE"): Checkpoint {
  try {
    const { log, checkpointed } = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get() ?? {};
    return { log: Number(log), checkpointed: Number(checkpointed) };
  } catch (error) {
    throw new EngineError("write to", path, error);
  }
}

/** Says that another process's reader keeps the log from being used again; by now none of kvlab's own does. */
function warnOfReaders({ log, checkpointed }: Checkpoint, path: string, onWarning?: (message: string) => void): void {
  if (checkpointed >= log) return;
  onWarning?.(
    `another process reads ${path}, which kept ${log - checkpointed} of the ${log} pages of its write-ahead log from ` +
      "being moved into the database: the log has grown, and reads were slower for it",
  );
}

/** @throws {EngineError} when that fails, such as on a full disk; the database is then closed */
function makeTable(database: DatabaseSync, path: string): void {
  try {
    database.exec(CREATE_TABLE);
  } catch (error) {
    database.close();
    throw new EngineError("write to", path, error);
  }
}

/**
 * What SQLite says about `PRAGMA synchronous` and `PRAGMA journal_mode` (https://www.sqlite.org/pragma.html):
 *
 * - "Transactions are durable across application crashes regardless of the synchronous setting or journal mode", except
 *   that with the journal in memory, or none, an application that crashes in the middle of a transaction leaves a
 *   database file that "will very likely go corrupt".
 * - With synchronous OFF "the database might become corrupted if the operating system crashes or the computer loses
 *   power".
 * - With NORMAL "WAL mode is always consistent, but WAL mode does lose durability": what came after the last checkpoint
 *   "might roll back following a power loss". Other modes may lose the last commit, and more on old file systems.
 * - FULL syncs each commit. EXTRA adds, in DELETE mode, a sync of the directory from which the journal was removed:
 *   without it, a commit shortly before the power loss may be rolled back.
 */
function sqlitePromises({ journal, synchronous }: SqliteSettings): Promises {
  return { processCrash: processCrash(journal), powerLoss: powerLoss(journal, synchronous) };
}

function processCrash(journal: SqliteSettings["journal"]): Loss {
  if (journal !== "memory" && journal !== "off") return NOTHING;
  return { text: "everything, if it hits in the middle of a put: nothing rolls that back", mayTear: true };
}

function powerLoss(journal: SqliteSettings["journal"], synchronous: SqliteSettings["synchronous"]): Loss {
  const isExposed = journal === "memory" || journal === "off" || synchronous === "off";
  if (isExposed) return { text: "everything: the database may become corrupt", mayTear: true };
  if (synchronous === "normal") {
    if (journal === "wal") return { text: "the commits since the last checkpoint" };
    return { text: "the last commits" };
  }
  if (journal === "delete" && synchronous === "full") {
    return { text: "the last commit, if it was a moment ago", writesMax: 1 };
  }
  return NOTHING;
}
