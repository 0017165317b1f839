/**
 * Opens an SQLite database and applies its settings, with errors in one line.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { EngineTarget } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import type { SqliteSettings } from "./settings.ts";

/** What a connection needs: the database's path, and the settings, most of which SQLite keeps per connection. */
export type SqliteTarget = EngineTarget & SqliteSettings & { readonly path: string };

/**
 * Opens the database file, creating it if necessary, and applies the settings.
 *
 * @throws {EngineError} when it is not a database, or SQLite refuses a setting
 */
export function openDatabase(path: string, settings: SqliteSettings): DatabaseSync {
  const { journal, synchronous, busyTimeoutMs, cacheSizeBytes } = settings;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    database.exec(`PRAGMA synchronous=${synchronous}`);
    // Negative: in KiB rather than in pages.
    if (cacheSizeBytes !== undefined) database.exec(`PRAGMA cache_size=-${Math.ceil(cacheSizeBytes / 1024)}`);
    const granted = pragma(database, "journal_mode", journal);
    if (granted !== journal) throw new Error(`journal_mode=${journal} is refused, it stays ${granted}`);
    return database;
  } catch (error) {
    database?.close();
    throw new EngineError("open", path, error);
  }
}

/** Asks for the value of a pragma, after setting it if a value is given. */
export function pragma(database: DatabaseSync, name: string, value?: string): string | number {
  const row = database.prepare(`PRAGMA ${name}${value === undefined ? "" : `=${value}`}`).get();
  const [found] = Object.values(row ?? {});
  return typeof found === "number" ? found : String(found);
}
