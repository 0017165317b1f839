/**
 * The file backend: the shared store, a layout that notes changes, and a policy that decides what else a put does.
 *
 * @module
 */
import type { Layout } from "../persist/layout/layout.ts";
import type { PutPolicy } from "../persist/policy/put_policy.ts";
import { hashKey } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { SharedStore } from "../store/shared_store.ts";
import type { Backend } from "./backend.ts";

/** Puts in shared memory, persisted as the layout and the policy say. */
export class FileBackend implements Backend {
  readonly #store: SharedStore;
  readonly #layout: Layout;
  readonly #policy: PutPolicy;

  constructor(parts: { store: SharedStore; layout: Layout; policy: PutPolicy }) {
    this.#store = parts.store;
    this.#layout = parts.layout;
    this.#policy = parts.policy;
  }

  /** @throws {PersistError} when this thread has to write and that fails; the put is then not acknowledged */
  put(key: PaddedBytes, value: PaddedBytes): void {
    const store = this.#store;
    const hash = hashKey(key.words, key.length);
    const shard = store.shardOf(hash);
    store.lockShard(shard);
    if (!this.#layout.hasRoom(shard, key.length, value.length)) this.#makeRoom(shard, key.length, value.length);
    try {
      const entry = store.putLocked(shard, hash, key, value);
      if (entry === 0) throw store.refusal(shard, key, value);
      this.#layout.note(shard, entry);
      this.#policy.applied(shard);
    } finally {
      store.unlockShard(shard);
    }
    this.#policy.acknowledge(shard);
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#store.get(key, out);
  }

  /** Lets go of the shard's lock until the layout has room to note the put. Kept out of `put`, so that V8 inlines the rest. */
  #makeRoom(shard: number, keyLength: number, valueLength: number): void {
    const store = this.#store;
    do {
      store.unlockShard(shard);
      this.#policy.makeRoom();
      store.lockShard(shard);
    } while (!this.#layout.hasRoom(shard, keyLength, valueLength));
  }
}
