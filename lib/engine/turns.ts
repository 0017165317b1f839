/**
 * Turns of the event loop, for connections of which some operations end at once and others on another thread.
 *
 * @module
 */
import { loadSetImmediate } from "../sync/turn.ts";

/** How long what has ended on another thread may wait until that is heard of, in milliseconds. */
const TURN_MS = 0.1;

/**
 * Resolves what has ended at once. A load whose operations all did so would never let the event loop say that others
 * have ended, too; so every now and then it waits for a turn of that.
 */
export class Turns {
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
