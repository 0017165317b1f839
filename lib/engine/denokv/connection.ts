/**
 * A load worker's connection to Deno KV.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import { contentOf, copyBytes } from "../byte_view.ts";
import type { AsynchronousConnection, Batch, EngineDescription } from "../connection.ts";
import { EngineError } from "../engine_error.ts";

/**
 * The limits of one atomic operation (denoland/deno, `ext/kv/config.rs`): its mutations, the bytes of their keys, and
 * the bytes of all that, in which Deno counts each key twice.
 */
const MUTATIONS_MAX = 1000;
const KEY_BYTES_MAX = 80 * 1024;
const MUTATION_BYTES_MAX = 800 * 1024;
/** The most records that a list gets at a time. */
const LIST_BATCH_MAX = 500;
/** What the encoding adds to a key without zero bytes: its type and its end. */
const KEY_OVERHEAD_BYTES = 2;

/** A connection whose puts and gets run on Deno's threads. */
export class DenokvConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  readonly #kv: Deno.Kv;
  readonly #path: string;

  constructor(kv: Deno.Kv, path: string) {
    this.#kv = kv;
    this.#path = path;
    this.preload = this.#createBatch();
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    try {
      await this.#kv.set([contentOf(key)], contentOf(value));
    } catch (error) {
      throw new EngineError("put into", this.#path, error);
    }
  }

  async get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    let value: Uint8Array | null;
    try {
      ({ value } = await this.#kv.get<Uint8Array>([contentOf(key)]));
    } catch (error) {
      throw new EngineError("get from", this.#path, error);
    }
    if (value === null) return false;
    copyBytes(value, out);
    return true;
  }

  async delete(key: PaddedBytes): Promise<void> {
    try {
      await this.#kv.delete([contentOf(key)]);
    } catch (error) {
      throw new EngineError("delete from", this.#path, error);
    }
  }

  async scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    const options = { limit: count, batchSize: Math.min(count, LIST_BATCH_MAX) };
    let found = 0;
    try {
      for await (
        const { key: [name], value } of this.#kv.list<Uint8Array>({ prefix: [], start: [contentOf(key)] }, options)
      ) {
        copyBytes(name as Uint8Array, out);
        copyBytes(value, out);
        found++;
      }
    } catch (error) {
      throw new EngineError("scan", this.#path, error);
    }
    return found;
  }

  /** Deno KV has no version other than Deno's, and reports no settings. */
  describe(): EngineDescription {
    return { version: `of Deno ${Deno.version.deno}`, settings: {} };
  }

  close(): void {
    this.#kv.close();
  }

  #createBatch(): Batch {
    let commits: Promise<unknown>[] = [];
    let atomic = this.#kv.atomic();
    let mutations = 0, allKeyBytes = 0, allBytes = 0;
    const commit = () => {
      commits.push(atomic.commit());
      atomic = this.#kv.atomic();
      mutations = allKeyBytes = allBytes = 0;
    };
    return {
      begin: () => void (commits = []),
      put: (key, value) => {
        const keyBytes = key.length + KEY_OVERHEAD_BYTES;
        const bytes = 2 * keyBytes + value.length;
        const isFull = mutations === MUTATIONS_MAX || allKeyBytes + keyBytes > KEY_BYTES_MAX ||
          allBytes + bytes > MUTATION_BYTES_MAX;
        if (isFull) commit();
        atomic.set([contentOf(key).slice()], contentOf(value).slice());
        mutations++;
        allKeyBytes += keyBytes;
        allBytes += bytes;
      },
      commit: async () => {
        if (mutations > 0) commit();
        try {
          await Promise.all(commits);
        } catch (error) {
          throw new EngineError("put into", this.#path, error);
        }
      },
    };
  }
}
