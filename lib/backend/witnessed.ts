/**
 * A backend whose acknowledgements outlive the process.
 *
 * @module
 */
import type { Witness } from "../persist/witness.ts";
import { hashKey } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { SharedStore } from "../store/shared_store.ts";
import type { Backend } from "./backend.ts";

/**
 * Records each put as acknowledged, once the backend behind it has returned from it, with the version up to
 * which its shard's puts have been acknowledged: what a gauge would read at that moment.
 */
export class WitnessedBackend implements Backend {
  readonly #backend: Backend;
  readonly #store: SharedStore;
  readonly #acknowledgedVersion: (shard: number) => number;
  readonly #witness: Witness;

  /** @param parts `acknowledgedVersion` gives the version up to which a shard's puts have been acknowledged */
  constructor(
    parts: { backend: Backend; store: SharedStore; acknowledgedVersion: (shard: number) => number; witness: Witness },
  ) {
    this.#backend = parts.backend;
    this.#store = parts.store;
    this.#acknowledgedVersion = parts.acknowledgedVersion;
    this.#witness = parts.witness;
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    this.#backend.put(key, value);
    const shard = this.#store.shardOf(hashKey(key.words, key.length));
    this.#witness.acknowledged(shard, this.#acknowledgedVersion(shard));
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#backend.get(key, out);
  }
}
