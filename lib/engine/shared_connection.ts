/**
 * Connections of which some operations end at once, and others on another thread.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { loadSetImmediate } from "../sync/turn.ts";
import type { AsynchronousConnection, Batch, EngineDescription, SynchronousConnection } from "./connection.ts";

/** How long what has ended on another thread may wait until that is heard of, in milliseconds. */
const TURN_MS = 0.1;

/**
 * Resolves what has ended at once. A load whose operations all did so would never let the event loop say that others
 * have ended, too; so every now and then it waits for a turn of that.
 */
class Turns {
  readonly #setImmediate = loadSetImmediate();
  #lastMs = performance.now();

  /** Resolves to what the operation returns, and rejects with what it throws. */
  resolve<Result>(operation: () => Result): Promise<Result> {
    try {
      const result = operation();
      const nowMs = performance.now();
      if (nowMs - this.#lastMs < TURN_MS) return Promise.resolve(result);
      this.#lastMs = nowMs;
      const setImmediate = this.#setImmediate;
      return new Promise((resolve) => void setImmediate(() => resolve(result)));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** A connection that scans, and describes its engine. */
type OwnConnection = SynchronousConnection & Required<Pick<SynchronousConnection, "scan" | "describe">>;

/** A connection that reads at once, by another of the same thread, and has several writes in flight. */
export abstract class SharedConnection<Own extends OwnConnection> implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  protected readonly own: Own;
  readonly #turns = new Turns();

  constructor(own: Own) {
    this.own = own;
    this.preload = own.preload;
  }

  abstract put(key: PaddedBytes, value: PaddedBytes): Promise<void>;
  abstract delete(key: PaddedBytes): Promise<void>;

  get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    return this.#turns.resolve(() => this.own.get(key, out));
  }

  scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    return this.#turns.resolve(() => this.own.scan(key, count, out));
  }

  async describe(): Promise<EngineDescription> {
    return await this.own.describe();
  }

  async close(): Promise<void> {
    await this.own.close();
  }
}
