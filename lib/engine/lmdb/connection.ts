/**
 * A load worker's connections to LMDB: one whose puts and deletes have been committed when they return, and one whose
 * are committed together by a thread of the package.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import * as lmdb from "lmdb";
import { given } from "../../option/given.ts";
import { formatSize } from "../../option/units.ts";
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import { contentOf, copyBytes } from "../byte_view.ts";
import type { Batch, EngineDescription, SynchronousConnection } from "../connection.ts";
import type { EngineTarget } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import { SharedConnection } from "../shared_connection.ts";
import type { LmdbSettings } from "./settings.ts";

/** What a connection needs. */
export type LmdbTarget = EngineTarget & LmdbSettings & { readonly path: string; readonly inFlight: number };

/** LMDB's flags of an environment (`lmdb.h`). */
const NO_SYNC = 0x1_0000, NO_META_SYNC = 0x4_0000;

/** What the package's native code offers, which its types leave out. */
interface NativeCode {
  readonly version: { readonly major: number; readonly minor: number; readonly patch: number };
  getEnvFlags(environment: number): number;
  resetTxn(transaction: number): void;
}
const { nativeAddon } = lmdb as unknown as { readonly nativeAddon: NativeCode };

/** A database, with what its types leave out. */
type Store = Omit<lmdb.RootDatabase<Uint8Array, Uint8Array>, "getBinaryFast" | "getRange" | "useReadTransaction"> & {
  readonly env: { readonly address: number };
  /** The bytes of the value just read lie at the beginning of the buffer. */
  readonly lastSize: number;
  getBinaryFast(key: Uint8Array, options: { readonly transaction: ReadTransaction }): Uint8Array | undefined;
  getRange(options: RangeOptions): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
  useReadTransaction(): ReadTransaction;
};

/** Where a range begins, how many records it has at most, and what it is read by. */
interface RangeOptions {
  readonly start: Uint8Array;
  readonly limit: number;
  readonly transaction: ReadTransaction;
}

/** A transaction that reads, and takes another snapshot with each renewal. */
interface ReadTransaction {
  readonly address: number;
  renew(): void;
  done(): void;
}

/**
 * A connection on which each put or delete is a transaction. All threads of a process share LMDB's environment, and one
 * of them writes at a time.
 *
 * Reads have a transaction of their own, because the package's lets go of its snapshot by a timer only. A loop that
 * never yields would see nothing that other threads put, keep the file from using any page again, and pile up timers.
 */
export class LmdbConnection implements SynchronousConnection {
  readonly kind = "synchronous";
  /** LMDB waits for its writers' mutex, and does not report how long. */
  readonly waits = [];
  readonly preload: Batch;
  readonly store: Store;
  /** Taken before each write. */
  readonly room: Room;
  readonly #path: string;
  readonly #reading: ReadTransaction;
  readonly #readOptions: { readonly transaction: ReadTransaction };

  private constructor(store: Store, path: string) {
    this.store = store;
    this.#path = path;
    this.room = new Room(path);
    this.#reading = store.useReadTransaction();
    this.#readOptions = { transaction: this.#reading };
    nativeAddon.resetTxn(this.#reading.address);
    this.preload = this.#createBatch();
  }

  /**
   * Opens the database file, creating it if necessary.
   *
   * @throws {EngineError} when LMDB cannot use it
   */
  static open({ path, syncMode, mapSizeBytes }: LmdbTarget): LmdbConnection {
    try {
      const store = lmdb.open<Uint8Array, Uint8Array>({
        path,
        noSubdir: true,
        mapSize: mapSizeBytes,
        keyEncoding: "binary",
        encoding: "binary",
        // The package's default acknowledges a commit before it is flushed.
        overlappingSync: false,
        noMetaSync: syncMode === "no-meta-sync",
        noSync: syncMode === "no-sync",
      });
      return new LmdbConnection(store as unknown as Store, path);
    } catch (error) {
      throw new EngineError("open", path, error);
    }
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    try {
      this.room.take(writeBytes(value.length));
      this.store.putSync(contentOf(key), contentOf(value));
    } catch (error) {
      throw this.error("put into", error);
    }
  }

  /** Copies the key's value, as last committed by any thread, into `out`, and returns whether it is present. */
  get(key: PaddedBytes, out: PaddedBytes): boolean {
    try {
      this.#reading.renew();
      const value = this.store.getBinaryFast(contentOf(key), this.#readOptions);
      nativeAddon.resetTxn(this.#reading.address);
      if (value === undefined) return false;
      out.copy(value, 0, this.store.lastSize);
      return true;
    } catch (error) {
      throw this.error("get from", error);
    }
  }

  delete(key: PaddedBytes): void {
    try {
      this.room.take(writeBytes(0));
      this.store.removeSync(contentOf(key));
    } catch (error) {
      throw this.error("delete from", error);
    }
  }

  /** Copies the records from the key on, as any thread has last committed them, and returns how many there were. */
  scan(key: PaddedBytes, count: number, out: PaddedBytes): number {
    let found = 0;
    try {
      this.#reading.renew();
      const range = this.store.getRange({ start: contentOf(key), limit: count, transaction: this.#reading });
      for (const { key: name, value } of range) {
        copyBytes(name, out);
        copyBytes(value, out);
        found++;
      }
      nativeAddon.resetTxn(this.#reading.address);
      return found;
    } catch (error) {
      throw this.error("scan", error);
    }
  }

  describe(): EngineDescription {
    const { major, minor, patch } = nativeAddon.version;
    const flags = nativeAddon.getEnvFlags(this.store.env.address);
    const { mapSize, pageSize, maxReaders } = this.store.getStats() as Record<string, number>;
    // The statistics are read by this transaction too, as it was the last to begin.
    nativeAddon.resetTxn(this.#reading.address);
    return {
      version: `${major}.${minor}.${patch}`,
      settings: {
        noSync: (flags & NO_SYNC) !== 0,
        noMetaSync: (flags & NO_META_SYNC) !== 0,
        ...given({ mapSize, pageSize, maxReaders }),
      },
    };
  }

  async close(): Promise<void> {
    this.#reading.done();
    await this.store.close();
  }

  error(action: string, error: unknown): EngineError {
    return new EngineError(action, this.#path, error);
  }

  /** Puts all records of a batch in one transaction. */
  #createBatch(): Batch {
    let puts: { key: Uint8Array; value: Uint8Array }[] = [];
    return {
      begin: () => void (puts = []),
      put: (key, value) => void puts.push({ key: contentOf(key).slice(), value: contentOf(value).slice() }),
      commit: () => {
        const { room, store } = this;
        try {
          room.take(batchBytes(puts));
          store.transactionSync(() => {
            for (const { key, value } of puts) store.putSync(key, value);
          });
        } catch (error) {
          throw this.error("put into", error);
        }
      },
    };
  }
}

/**
 * A connection on which the puts that are in flight share a transaction. Each is acknowledged when that is committed.
 */
export class LmdbSharedConnection extends SharedConnection<LmdbConnection> {
  override async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    try {
      this.own.room.take(writeBytes(value.length));
      await this.own.store.put(contentOf(key), contentOf(value));
    } catch (error) {
      throw this.own.error("put into", error);
    }
  }

  override async delete(key: PaddedBytes): Promise<void> {
    try {
      this.own.room.take(writeBytes(0));
      await this.own.store.remove(contentOf(key));
    } catch (error) {
      throw this.own.error("delete from", error);
    }
  }
}

const PAGE_BYTES = 4096;
/** The most pages that a write copies besides its value: of the tree, of the list of free pages, and meta pages. */
const COPIED_PAGES_MAX = 24;

/** Others fill the disk, too: of what is left, this share is counted on until the next look. */
const COUNTED_ON = 1 / 4;
const COUNTED_ON_BYTES_MAX = 64 * 2 ** 20;

/** What a transaction with one put or delete may take at most, in bytes. */
function writeBytes(valueBytes: number): number {
  return COPIED_PAGES_MAX * PAGE_BYTES + valueBytes;
}

/** What one with many puts may take at most, each of which may be on a page of its own. */
function batchBytes(puts: readonly { readonly value: Uint8Array }[]): number {
  return puts.reduce((sum, { value }) => sum + 2 * PAGE_BYTES + value.length, writeBytes(0));
}

/**
 * The room on the disk of one file, looked at before it could become too little: the package does not survive a full
 * disk. Where LMDB's write fails, it writes the reason beyond the end of a buffer (`mdb_page_flush` in the package's
 * `mdb.c`), and the process is killed.
 */
class Room {
  readonly #path: string;
  /** What may be taken before the next look. */
  #left = 0;

  /** @param path of a file that is there */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {Error} when so many bytes may not fit any more */
  take(bytes: number): void {
    if (this.#left < bytes) this.#look(bytes);
    this.#left -= bytes;
  }

  #look(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.#path);
    const freeBytes = bavail * bsize;
    this.#left = Math.min(COUNTED_ON * freeBytes, COUNTED_ON_BYTES_MAX);
    if (this.#left >= bytes) return;
    throw new Error(
      `No space left on device but ${formatSize(freeBytes)}, and npm:lmdb does not survive it if that is too little`,
    );
  }
}
