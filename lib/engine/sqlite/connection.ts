/**
 * A load worker's connection to SQLite, and how a database is opened, with errors in one line.
 *
 * @module
 */
import { ByteView, copyBytes } from "../byte_view.ts";
import { EngineError } from "../engine_error.ts";
import { type SqliteSettings, SYNCHRONOUS_NAMES } from "./settings.ts";
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import { messageOf } from "../../system/persist_error.ts";
import type { Batch, EngineDescription, SynchronousConnection } from "../connection.ts";
import type { EngineTarget } from "../engine.ts";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** A connection on which each put outside a transaction is a transaction of its own, committed when the put returns. */
export class SqliteConnection implements SynchronousConnection {
  readonly kind = "synchronous";
  /** SQLite waits in its own busy handler, and does not report how long. */
  readonly waits = [];
  readonly preload: Batch;
  readonly #path: string;
  readonly #busyTimeoutMs: number;
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #get: StatementSync;
  readonly #delete: StatementSync;
  readonly #scan: StatementSync;
  readonly #key = new ByteView();
  readonly #value = new ByteView();

  constructor(target: SqliteTarget) {
    this.#path = target.path;
    this.#busyTimeoutMs = target.busyTimeoutMs;
    this.#database = openDatabase(target.path, target);
    this.#put = this.#database.prepare("INSERT INTO kv VALUES(?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v");
    this.#get = this.#database.prepare("SELECT v FROM kv WHERE k=?");
    this.#delete = this.#database.prepare("DELETE FROM kv WHERE k=?");
    // Blobs are compared as by memcmp(), and the table is kept in that order.
    this.#scan = this.#database.prepare("SELECT k, v FROM kv WHERE k>=? ORDER BY k LIMIT ?");
    this.preload = {
      // Locks for writing at once: a transaction that reads first and then wants to write may be refused.
      begin: () => this.#execute("BEGIN IMMEDIATE"),
      put: (key, value) => this.put(key, value),
      commit: () => this.#execute("COMMIT"),
    };
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    try {
      this.#put.run(this.#key.of(key), this.#value.of(value));
    } catch (error) {
      throw this.#error("put into", error);
    }
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    let row: Record<string, unknown> | undefined;
    try {
      row = this.#get.get(this.#key.of(key));
    } catch (error) {
      throw this.#error("get from", error);
    }
    if (row === undefined) return false;
    copyBytes(row.v as Uint8Array, out);
    return true;
  }

  delete(key: PaddedBytes): void {
    try {
      this.#delete.run(this.#key.of(key));
    } catch (error) {
      throw this.#error("delete from", error);
    }
  }

  scan(key: PaddedBytes, count: number, out: PaddedBytes): number {
    let found = 0;
    try {
      for (const { k, v } of this.#scan.iterate(this.#key.of(key), count)) {
        copyBytes(k as Uint8Array, out);
        copyBytes(v as Uint8Array, out);
        found++;
      }
    } catch (error) {
      throw this.#error("scan", error);
    }
    return found;
  }

  describe(): EngineDescription {
    const database = this.#database;
    const [version] = Object.values(database.prepare("SELECT sqlite_version()").get() ?? {});
    return {
      version: String(version),
      settings: {
        journal_mode: pragma(database, "journal_mode"),
        synchronous: SYNCHRONOUS_NAMES[Number(pragma(database, "synchronous"))] ?? "unknown",
        busy_timeout: pragma(database, "busy_timeout"),
        cache_size: pragma(database, "cache_size"),
        page_size: pragma(database, "page_size"),
        wal_autocheckpoint: pragma(database, "wal_autocheckpoint"),
      },
    };
  }

  close(): void {
    this.#database.close();
  }

  #execute(statement: string): void {
    try {
      this.#database.exec(statement);
    } catch (error) {
      throw this.#error("put into", error);
    }
  }

  #error(action: string, error: unknown): EngineError {
    const message = messageOf(error);
    const isBusy = message.includes("database is locked");
    const reason = isBusy
      ? `another connection wrote for longer than --busy-timeout=${this.#busyTimeoutMs}ms`
      : message;
    return new EngineError(action, this.#path, reason);
  }
}

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
    // Defensive, as it is by default, SQLite keeps its users from doing without a journal. Deno's types lack the
    // option.
    const options = { timeout: busyTimeoutMs, defensive: journal !== "off" };
    database = new DatabaseSync(path, options);
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
function pragma(database: DatabaseSync, name: string, value?: string): string | number {
  const row = database.prepare(`PRAGMA ${name}${value === undefined ? "" : `=${value}`}`).get();
  const [found] = Object.values(row ?? {});
  return typeof found === "number" ? found : String(found);
}
