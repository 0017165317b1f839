/**
 * The memory backend: the shared store alone.
 *
 * @module
 */
import type { Batch, ShardProgress, SynchronousConnection } from "../engine/connection.ts";
import { EVERYTHING } from "../engine/promises.ts";
import { hashKey } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { SharedStore, type StoreHandle } from "../store/shared_store.ts";
import type { Abort } from "../sync/abort.ts";
import type { NamedWait } from "../sync/blocked.ts";
import type { MemoryBackendOptions } from "./backend.ts";
import type { Backend } from "./backend_interface.ts";
import { type KeySpace, planStore } from "./plan.ts";

/**
 * Shards of the memory backend: enough for threads to rarely collide in one, and no more, because the shards' headers
 * compete for the first-level cache, and the more shards, the more room must be free in each for the fullest one.
 */
const MEMORY_SHARDS_PER_THREAD = 128;
const MEMORY_SHARDS_MAX = 1024;

/** What a load worker needs to connect; structured-cloneable. */
export type MemoryTarget = { readonly kind: "memory"; readonly store: StoreHandle };

/** The memory backend, which promises nothing and leaves nothing to close. */
export const BACKEND: Backend<MemoryBackendOptions> = {
  promises: () => ({ processCrash: EVERYTHING, powerLoss: EVERYTHING }),
  prepare: ({ keys, abort, threads }) => ({ target: prepareMemory(keys, { abort, threads }).handle, close: () => {} }),
  connect: (target) => new MemoryConnection(SharedStore.attach((target as MemoryTarget).store)),
};

/** A prepared memory backend. */
export interface PreparedMemory {
  readonly store: SharedStore;
  readonly handle: MemoryTarget;
}

/** Number of shards of the memory backend's store. */
export function memoryShards(threads: number): number {
  return Math.min(MEMORY_SHARDS_MAX, threads * MEMORY_SHARDS_PER_THREAD);
}

/** Creates the memory backend's store. */
export function prepareMemory(keys: KeySpace, context: { abort: Abort; threads: number }): PreparedMemory {
  const { abort, threads } = context;
  const store = SharedStore.create(planStore(memoryShards(threads), keys), abort);
  return { store, handle: { kind: "memory", store: store.handle() } };
}

/** Puts and gets in shared memory, without any persistence. */
export class MemoryConnection implements SynchronousConnection {
  readonly kind = "synchronous";
  readonly preload: Batch;
  readonly waits: readonly NamedWait[];
  readonly progress: ShardProgress;
  readonly #store: SharedStore;

  constructor(store: SharedStore) {
    this.#store = store;
    this.preload = storeBatch(store);
    this.waits = [{ name: "lock", time: store.blocked }];
    this.progress = progressOf(store, (shard) => store.version(shard));
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    this.#store.put(key, value);
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#store.get(key, out);
  }

  delete(key: PaddedBytes): void {
    this.#store.delete(key);
  }

  close(): void {}
}

/** Puts each record at once; files, if any, are written afterwards. */
export function storeBatch(store: SharedStore): Batch {
  return { begin: () => {}, put: (key, value) => store.put(key, value), commit: () => {} };
}

/** How far a store's shards have got. */
export function progressOf(
  store: SharedStore,
  acknowledgedVersion: ShardProgress["acknowledgedVersion"],
): ShardProgress {
  return { shardOf: (key) => store.shardOf(hashKey(key.words, key.length)), acknowledgedVersion };
}
