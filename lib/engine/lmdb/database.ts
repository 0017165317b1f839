/**
 * An LMDB database: opened with errors in one line, read one key at a time, and asked for what it is.
 *
 * @module
 */
import { contentOf, copyBytes } from "../byte_view.ts";
import { EngineError } from "../engine_error.ts";
import * as lmdb from "lmdb";
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { EngineDescription } from "../connection.ts";
import type { EngineTarget } from "../engine.ts";
import { Room } from "./room.ts";
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
 * A database that is open. All threads of a process share LMDB's environment, and one of them writes at a time.
 *
 * Reads have a transaction of their own, because the package's lets go of its snapshot by a timer only. A loop that
 * never yields would see nothing that other threads put, keep the file from using any page again, and pile up timers.
 */
export class LmdbDatabase {
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
  }

  /**
   * Opens the database file, creating it if necessary.
   *
   * @throws {EngineError} when LMDB cannot use it
   */
  static open({ path, syncMode, mapSizeBytes }: LmdbTarget): LmdbDatabase {
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
      return new LmdbDatabase(store as unknown as Store, path);
    } catch (error) {
      throw new EngineError("open", path, error);
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
        ...(mapSize === undefined ? {} : { mapSize }),
        ...(pageSize === undefined ? {} : { pageSize }),
        ...(maxReaders === undefined ? {} : { maxReaders }),
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
}
