/**
 * A load worker's connection to LevelDB, and how a database is opened, with errors in one line.
 *
 * @module
 */
import { contentOf, copyBytes } from "../byte_view.ts";
import { EngineError } from "../engine_error.ts";
import { ClassicLevel } from "classic-level";
import leveldbPackage from "classic-level/package.json" with { type: "json" };
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { AsynchronousConnection, Batch, EngineDescription } from "../connection.ts";
import type { EngineTarget } from "../engine.ts";
import type { LeveldbSettings } from "./settings.ts";

/** The LevelDB version inside the package (`include/leveldb/db.h`), which cannot be queried at run time. */
const LEVELDB_VERSION = "1.20";

/** A connection whose puts and gets run on the package's threads. */
export class LeveldbConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  readonly #database: Database;
  readonly #target: LeveldbTarget;
  readonly #putOptions: { readonly sync: boolean };

  constructor(database: Database, target: LeveldbTarget) {
    this.#database = database;
    this.#target = target;
    this.#putOptions = { sync: target.sync === "data" };
    this.preload = this.#createBatch();
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    try {
      await this.#database.put(contentOf(key), contentOf(value), this.#putOptions);
    } catch (error) {
      throw this.#error("put into", error);
    }
  }

  async get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    let value: Uint8Array | undefined;
    try {
      value = await this.#database.get(contentOf(key));
    } catch (error) {
      throw this.#error("get from", error);
    }
    if (value === undefined) return false;
    copyBytes(value, out);
    return true;
  }

  async delete(key: PaddedBytes): Promise<void> {
    try {
      await this.#database.del(contentOf(key), this.#putOptions);
    } catch (error) {
      throw this.#error("delete from", error);
    }
  }

  async scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    let found = 0;
    try {
      await using iterator = this.#database.iterator({ gte: contentOf(key), limit: count });
      // The package gives as many at a time as have some size together.
      for (let records = await iterator.nextv(count); records.length > 0; records = await iterator.nextv(count)) {
        for (const [name, value] of records) {
          copyBytes(name, out);
          copyBytes(value, out);
        }
        found += records.length;
        if (found === count) break;
      }
    } catch (error) {
      throw this.#error("scan", error);
    }
    return found;
  }

  /** LevelDB does not report its settings; these are what it was opened with, and what puts ask for. */
  describe(): EngineDescription {
    const { cacheSizeBytes, writeBufferSizeBytes } = this.#target;
    return {
      version: `${LEVELDB_VERSION} (classic-level ${leveldbPackage.version})`,
      settings: {
        sync: this.#putOptions.sync,
        block_cache: cacheSizeBytes,
        write_buffer_size: writeBufferSizeBytes,
      },
    };
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  #createBatch(): Batch {
    let puts: { type: "put"; key: Uint8Array; value: Uint8Array }[] = [];
    return {
      begin: () => void (puts = []),
      put: (key, value) =>
        void puts.push({ type: "put", key: contentOf(key).slice(), value: contentOf(value).slice() }),
      commit: async () => {
        try {
          await this.#database.batch(puts, this.#putOptions);
        } catch (error) {
          throw this.#error("put into", error);
        }
      },
    };
  }

  #error(action: string, error: unknown): EngineError {
    return new EngineError(action, this.#target.path, causeOf(error));
  }
}

/** A database of byte arrays. */
type Database = ClassicLevel<Uint8Array, Uint8Array>;

/** What a connection needs. */
export type LeveldbTarget = EngineTarget & LeveldbSettings & { readonly path: string };

/**
 * Opens the database, or reuses the one that this process already has open.
 *
 * @throws {EngineError} when LevelDB cannot read it, or another process has it
 */
export async function openDatabase({ path, cacheSizeBytes, writeBufferSizeBytes }: LeveldbTarget): Promise<Database> {
  const database: Database = new ClassicLevel(path, { keyEncoding: "view", valueEncoding: "view" });
  try {
    await database.open({
      multithreading: true,
      cacheSize: cacheSizeBytes,
      writeBufferSize: writeBufferSizeBytes,
    });
    return database;
  } catch (error) {
    throw new EngineError("open", path, causeOf(error));
  }
}

/** LevelDB's own error, which the package wraps. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}
