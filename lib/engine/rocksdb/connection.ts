/**
 * A load worker's connections to RocksDB: one whose puts have returned when RocksDB has, and one with several in
 * flight.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { AsynchronousConnection, Batch, EngineDescription, SynchronousConnection } from "../connection.ts";
import { EngineError } from "../engine_error.ts";
import { Turns } from "../turns.ts";
import { readOptions, type RocksdbTarget } from "./database.ts";
import { addressOf, ErrorSlot, loadLibrary, type Rocksdb } from "./library.ts";

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
export class RocksdbSharedConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  /** What it does on its own thread. */
  readonly #own: RocksdbConnection;
  readonly #turns = new Turns();
  /** Those that no operation at hand uses. */
  readonly #free: ErrorSlot[] = [];

  constructor(target: RocksdbTarget) {
    this.#own = new RocksdbConnection(target);
    this.preload = this.#own.preload;
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    const { rocksdb, database, writeOptions } = this.#own;
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
    if (error.isSet) throw this.#own.error("put into", error);
    this.#free.push(error);
  }

  get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    return this.#turns.resolve(() => this.#own.get(key, out));
  }

  async delete(key: PaddedBytes): Promise<void> {
    const { rocksdb, database, writeOptions } = this.#own;
    const error = this.#free.pop() ?? new ErrorSlot();
    await rocksdb.rocksdb_delete_elsewhere(database, writeOptions, key.bytes, key.length, error.words);
    if (error.isSet) throw this.#own.error("delete from", error);
    this.#free.push(error);
  }

  scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    return this.#turns.resolve(() => this.#own.scan(key, count, out));
  }

  describe(): EngineDescription {
    return this.#own.describe();
  }

  close(): void {
    this.#own.close();
  }
}
