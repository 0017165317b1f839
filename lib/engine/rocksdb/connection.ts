/**
 * A load worker's connections to RocksDB: one whose puts have returned when RocksDB has, and one with several in
 * flight; and how a database is opened, once in the process.
 *
 * @module
 */
import { namesIn } from "../../directory/directory.ts";
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import { readWholeFile } from "../../system/file_io.ts";
import type { Batch, EngineDescription, EngineReadings, SynchronousConnection } from "../connection.ts";
import type { EngineTarget } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import { SharedConnection } from "../shared_connection.ts";
import { addressOf, cString, ErrorSlot, loadLibrary, type Rocksdb } from "./library.ts";
import { RECOVERY_MODES, type RocksdbSettings, USUAL_RECOVERY } from "./settings.ts";

/** A connection on which a put has been written, and synced if it is to be, when it returns. */
export class RocksdbConnection implements SynchronousConnection {
  readonly kind = "synchronous";
  /** RocksDB waits for the leader of a group of writes, and reports that only in all. */
  readonly waits = [];
  readonly preload: Batch;
  readonly rocksdb: Rocksdb;
  readonly database: number;
  readonly writeOptions: number;
  readonly #path: string;
  readonly #readOptions: number;
  readonly #batch: number;
  readonly #error = new ErrorSlot();
  readonly #length = new Uint32Array(new ArrayBuffer(8));

  constructor({ path, library, database, sync, disableWal }: RocksdbTarget) {
    const rocksdb = loadLibrary(library);
    this.rocksdb = rocksdb;
    this.database = database;
    this.#path = path;
    this.#readOptions = addressOf(rocksdb.rocksdb_readoptions_create());
    this.writeOptions = addressOf(rocksdb.rocksdb_writeoptions_create());
    rocksdb.rocksdb_writeoptions_set_sync(this.writeOptions, Number(sync === "data"));
    rocksdb.rocksdb_writeoptions_disable_WAL(this.writeOptions, Number(disableWal === "true"));
    this.#batch = addressOf(rocksdb.rocksdb_writebatch_create());
    this.preload = this.#createBatch();
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    const { rocksdb, database, writeOptions } = this;
    rocksdb.rocksdb_put(database, writeOptions, key.bytes, key.length, value.bytes, value.length, this.#error.words);
    if (this.#error.isSet) throw this.error("put into", this.#error);
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    const { rocksdb, database } = this;
    const words = this.#error.words;
    const value = Number(rocksdb.rocksdb_get(database, this.#readOptions, key.bytes, key.length, this.#length, words));
    if (this.#error.isSet) throw this.error("get from", this.#error);
    if (value === 0) return false;
    this.#copyTo(out, value);
    rocksdb.rocksdb_free(value);
    return true;
  }

  delete(key: PaddedBytes): void {
    this.rocksdb.rocksdb_delete(this.database, this.writeOptions, key.bytes, key.length, this.#error.words);
    if (this.#error.isSet) throw this.error("delete from", this.#error);
  }

  scan(key: PaddedBytes, count: number, out: PaddedBytes): number {
    const { rocksdb } = this;
    const iterator = addressOf(rocksdb.rocksdb_create_iterator(this.database, this.#readOptions));
    try {
      let found = 0;
      rocksdb.rocksdb_iter_seek(iterator, key.bytes, key.length);
      while (rocksdb.rocksdb_iter_valid(iterator) !== 0) {
        this.#copyTo(out, addressOf(rocksdb.rocksdb_iter_key(iterator, this.#length)));
        this.#copyTo(out, addressOf(rocksdb.rocksdb_iter_value(iterator, this.#length)));
        found++;
        if (found === count) return found;
        rocksdb.rocksdb_iter_next(iterator);
      }
      // It is not valid at the end, and where it failed.
      rocksdb.rocksdb_iter_get_error(iterator, this.#error.words);
      if (this.#error.isSet) throw this.error("scan", this.#error);
      return found;
    } finally {
      rocksdb.rocksdb_iter_destroy(iterator);
    }
  }

  /** Copies what a function has returned the address of, and put the length of. */
  #copyTo(out: PaddedBytes, address: number): void {
    const length = this.#length[0]!;
    out.reserve(length);
    this.rocksdb.memcpy(out.bytes, address, length);
    out.end(length);
  }

  describe(): EngineDescription {
    const { version, settings } = readOptions(this.#path);
    return {
      version,
      settings: {
        sync: this.rocksdb.rocksdb_writeoptions_get_sync(this.writeOptions) !== 0,
        disableWAL: this.rocksdb.rocksdb_writeoptions_get_disable_WAL(this.writeOptions) !== 0,
        ...settings,
      },
    };
  }

  close(): void {
    const { rocksdb } = this;
    rocksdb.rocksdb_writebatch_destroy(this.#batch);
    rocksdb.rocksdb_writeoptions_destroy(this.writeOptions);
    rocksdb.rocksdb_readoptions_destroy(this.#readOptions);
  }

  error(action: string, slot: ErrorSlot): EngineError {
    return new EngineError(action, this.#path, slot.take(this.rocksdb));
  }

  #createBatch(): Batch {
    const { rocksdb } = this;
    return {
      begin: () => rocksdb.rocksdb_writebatch_clear(this.#batch),
      put: (key, value) =>
        rocksdb.rocksdb_writebatch_put(this.#batch, key.bytes, key.length, value.bytes, value.length),
      commit: () => {
        rocksdb.rocksdb_write(this.database, this.writeOptions, this.#batch, this.#error.words);
        if (this.#error.isSet) throw this.error("put into", this.#error);
      },
    };
  }
}

/**
 * A connection whose puts and deletes run on Deno's threads, several at a time, so that RocksDB writes and syncs them
 * as a group. Gets and scans run on the load worker's own: what they need is mostly in memory, and there they are
 * faster.
 */
export class RocksdbSharedConnection extends SharedConnection<RocksdbConnection> {
  /** Those that no operation at hand uses. */
  readonly #free: ErrorSlot[] = [];

  override async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    const { rocksdb, database, writeOptions } = this.own;
    const error = this.#free.pop() ?? new ErrorSlot();
    const { words } = error;
    await rocksdb.rocksdb_put_elsewhere(
      database,
      writeOptions,
      key.bytes,
      key.length,
      value.bytes,
      value.length,
      words,
    );
    if (error.isSet) throw this.own.error("put into", error);
    this.#free.push(error);
  }

  override async delete(key: PaddedBytes): Promise<void> {
    const { rocksdb, database, writeOptions } = this.own;
    const error = this.#free.pop() ?? new ErrorSlot();
    await rocksdb.rocksdb_delete_elsewhere(database, writeOptions, key.bytes, key.length, error.words);
    if (error.isSet) throw this.own.error("delete from", error);
    this.#free.push(error);
  }
}

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
function readOptions(path: string): { readonly version: string; readonly settings: EngineReadings } {
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
