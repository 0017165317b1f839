/**
 * The memory backend: the shared store alone.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { SharedStore } from "../store/shared_store.ts";
import type { Backend } from "./backend.ts";

/** Puts and gets in shared memory, without any persistence. */
export class MemoryBackend implements Backend {
  readonly #store: SharedStore;

  constructor(store: SharedStore) {
    this.#store = store;
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    this.#store.put(key, value);
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#store.get(key, out);
  }
}
