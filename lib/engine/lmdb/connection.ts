/**
 * A load worker's connections to LMDB: one whose puts and deletes have been committed when they return, and one
 * whose are committed together by a thread of the package.
 *
 * @module
 */
import { contentOf } from "../byte_view.ts";
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { AsynchronousConnection, Batch, EngineDescription, SynchronousConnection } from "../connection.ts";
import { Turns } from "../turns.ts";
import { batchBytes, writeBytes } from "./room.ts";
import type { LmdbDatabase } from "./database.ts";

/** A connection on which each put or delete is a transaction. */
export class LmdbConnection implements SynchronousConnection {
  readonly kind = "synchronous";
  /** LMDB waits for its writers' mutex, and does not report how long. */
  readonly waits = [];
  readonly preload: Batch;
  readonly #database: LmdbDatabase;

  constructor(database: LmdbDatabase) {
    this.#database = database;
    this.preload = batchOf(database);
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    try {
      this.#database.room.take(writeBytes(value.length));
      this.#database.store.putSync(contentOf(key), contentOf(value));
    } catch (error) {
      throw this.#database.error("put into", error);
    }
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#database.get(key, out);
  }

  delete(key: PaddedBytes): void {
    try {
      this.#database.room.take(writeBytes(0));
      this.#database.store.removeSync(contentOf(key));
    } catch (error) {
      throw this.#database.error("delete from", error);
    }
  }

  scan(key: PaddedBytes, count: number, out: PaddedBytes): number {
    return this.#database.scan(key, count, out);
  }

  describe(): EngineDescription {
    return this.#database.describe();
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

/**
 * A connection on which the puts that are in flight share a transaction. Each is acknowledged when that is committed.
 */
export class LmdbSharedConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  readonly #database: LmdbDatabase;
  readonly #turns = new Turns();

  constructor(database: LmdbDatabase) {
    this.#database = database;
    this.preload = batchOf(database);
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    try {
      this.#database.room.take(writeBytes(value.length));
      await this.#database.store.put(contentOf(key), contentOf(value));
    } catch (error) {
      throw this.#database.error("put into", error);
    }
  }

  get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    return this.#turns.resolve(() => this.#database.get(key, out));
  }

  async delete(key: PaddedBytes): Promise<void> {
    try {
      this.#database.room.take(writeBytes(0));
      await this.#database.store.remove(contentOf(key));
    } catch (error) {
      throw this.#database.error("delete from", error);
    }
  }

  scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    return this.#turns.resolve(() => this.#database.scan(key, count, out));
  }

  describe(): EngineDescription {
    return this.#database.describe();
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

/** Puts all records of a batch in one transaction. */
function batchOf(database: LmdbDatabase): Batch {
  let puts: { key: Uint8Array; value: Uint8Array }[] = [];
  return {
    begin: () => void (puts = []),
    put: (key, value) => void puts.push({ key: contentOf(key).slice(), value: contentOf(value).slice() }),
    commit() {
      const { room, store } = database;
      try {
        room.take(batchBytes(puts));
        store.transactionSync(() => {
          for (const { key, value } of puts) store.putSync(key, value);
        });
      } catch (error) {
        throw database.error("put into", error);
      }
    },
  };
}
