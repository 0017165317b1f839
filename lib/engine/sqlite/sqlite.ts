/**
 * SQLite, as it ships inside Deno: a database file that every load worker opens for itself.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { afterFailureSync } from "../../sync/clean_up.ts";
import type { Engine, PreparedEngine } from "../engine.ts";
import { EngineDirectory } from "../engine_directory.ts";
import { EngineError } from "../engine_error.ts";
import { SqliteConnection } from "./connection.ts";
import { openDatabase, type SqliteTarget } from "./database.ts";
import { sqlitePromises } from "./promises.ts";
import type { SqliteSettings } from "./settings.ts";

/** The database file's name in its directory. */
const FILE_NAME = "store.sqlite";

/** One table of keys and values, which SQLite keeps in key order. */
const CREATE_TABLE = "CREATE TABLE IF NOT EXISTS kv(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID";

/** SQLite, with one connection per load worker and a transaction per put. */
export const ENGINE: Engine<SqliteSettings> = {
  title: "SQLite",
  promises: sqlitePromises,

  prepare({ settings, output }): PreparedEngine {
    const directory = EngineDirectory.open("sqlite", output);
    const path = `${directory.path}/${FILE_NAME}`;
    let database: DatabaseSync;
    try {
      database = openDatabase(path, settings);
    } catch (error) {
      afterFailureSync(() => directory.close());
      throw error;
    }
    try {
      execute(database, path, CREATE_TABLE);
    } catch (error) {
      database.close();
      afterFailureSync(() => directory.close());
      throw error;
    }
    return {
      target: { ...settings, path },
      directory,
      settle: () => execute(database, path, "PRAGMA wal_checkpoint(TRUNCATE)"),
      close: () => {
        database.close();
        directory.close();
      },
    };
  },

  connect: (target) => new SqliteConnection(target as SqliteTarget),
};

/** @throws {EngineError} when that fails, such as on a full disk */
function execute(database: DatabaseSync, path: string, statement: string): void {
  try {
    database.exec(statement);
  } catch (error) {
    throw new EngineError("write to", path, error);
  }
}
