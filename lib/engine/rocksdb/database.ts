/**
 * A RocksDB database: opened once in the process, and asked for what it is.
 *
 * @module
 */
import { namesIn } from "../../directory/directory.ts";
import { readWholeFile } from "../../system/file_io.ts";
import type { EngineReadings } from "../connection.ts";
import type { EngineTarget } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import { addressOf, cString, ErrorSlot, type Rocksdb } from "./library.ts";
import { RECOVERY_MODES, type RocksdbSettings, USUAL_RECOVERY } from "./settings.ts";

/** What a connection needs. The database is open, and its address the same in all threads of the process. */
export type RocksdbTarget = EngineTarget & RocksdbSettings & {
  readonly path: string;
  readonly library: string;
  readonly database: number;
  readonly inFlight: number;
};

/**
 * RocksDB's `FATAL_LEVEL`. Its log of messages lies beside its files, and a build with assertions, as Debian's is,
 * aborts when it has something to say there after the disk was full.
 */
const FATAL_ONLY = 4;

/**
 * Opens the database, creating it if necessary. Many threads may use it at once; it is to be closed when none does any
 * more.
 *
 * @returns its address
 * @throws {EngineError} when RocksDB cannot read it, or another process has it
 */
export function openDatabase(rocksdb: Rocksdb, path: string, settings: RocksdbSettings): number {
  const { manualWalFlush, walBytesPerSync, walRecoveryMode = USUAL_RECOVERY, cacheSizeBytes, writeBufferSizeBytes } =
    settings;
  const options = addressOf(rocksdb.rocksdb_options_create());
  rocksdb.rocksdb_options_set_create_if_missing(options, 1);
  rocksdb.rocksdb_options_set_info_log_level(options, FATAL_ONLY);
  rocksdb.rocksdb_options_set_manual_wal_flush(options, Number(manualWalFlush === "true"));
  rocksdb.rocksdb_options_set_wal_recovery_mode(options, RECOVERY_MODES.indexOf(walRecoveryMode));
  if (walBytesPerSync !== undefined) rocksdb.rocksdb_options_set_wal_bytes_per_sync(options, walBytesPerSync);
  if (writeBufferSizeBytes !== undefined) rocksdb.rocksdb_options_set_write_buffer_size(options, writeBufferSizeBytes);
  if (cacheSizeBytes !== undefined) setCache(rocksdb, options, cacheSizeBytes);
  const error = new ErrorSlot();
  const database = addressOf(rocksdb.rocksdb_open(options, cString(path), error.words));
  rocksdb.rocksdb_options_destroy(options);
  if (error.isSet) throw new EngineError("open", path, error.take(rocksdb));
  return database;
}

/** The options hold on to the cache from then on. */
function setCache(rocksdb: Rocksdb, options: number, bytes: number): void {
  const cache = addressOf(rocksdb.rocksdb_cache_create_lru(bytes));
  const tables = addressOf(rocksdb.rocksdb_block_based_options_create());
  rocksdb.rocksdb_block_based_options_set_block_cache(tables, cache);
  rocksdb.rocksdb_options_set_block_based_table_factory(options, tables);
  rocksdb.rocksdb_block_based_options_destroy(tables);
  rocksdb.rocksdb_cache_destroy(cache);
}

/** Those of a database's options that say what a crash may cost, and what else tells runs from each other. */
const READ_OPTIONS = [
  "wal_recovery_mode",
  "wal_bytes_per_sync",
  "manual_wal_flush",
  "recycle_log_file_num",
  "use_fsync",
  "write_buffer_size",
  "compression",
];

/**
 * Reads the options file that RocksDB has written when it opened the database, with all options as they ended up.
 *
 * @throws {PersistError} when it cannot be read
 */
export function readOptions(path: string): { readonly version: string; readonly settings: EngineReadings } {
  const names = namesIn(path).filter((name) => /^OPTIONS-\d+$/.test(name)).toSorted();
  const text = new TextDecoder().decode(readWholeFile(`${path}/${names.at(-1) ?? "OPTIONS-000000"}`));
  const options = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(/^\s*(\w+)=(.*)$/gm)) options.set(name, value);
  const settings = READ_OPTIONS.flatMap((name) => {
    const value = options.get(name);
    return value === undefined ? [] : [[name, typedValue(value)] as const];
  });
  return { version: options.get("rocksdb_version") ?? "unknown", settings: Object.fromEntries(settings) };
}

function typedValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^\d+$/.test(text) ? Number(text) : text;
}
