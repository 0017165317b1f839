/**
 * A load worker's connection to the file backend: the shared store, a layout that notes changes, and a policy that
 * decides what else a put does.
 *
 * @module
 */
import { loadNativeCrc32 } from "../codec/crc32.ts";
import type { Batch, ShardProgress, SynchronousConnection } from "../engine/connection.ts";
import type { Layout } from "../persist/layout/layout.ts";
import { attachPersistence } from "../persist/persistence.ts";
import { loadWorkersWrite, policyOf } from "../persist/policy/policies.ts";
import type { PutPolicy } from "../persist/policy/policy_module.ts";
import { FILE_WRITER } from "../persist/write_meter.ts";
import { hashKey } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { SharedStore } from "../store/shared_store.ts";
import type { NamedWait } from "../sync/blocked.ts";
import { progressOf, storeBatch } from "./memory.ts";
import type { FileTarget } from "./prepare.ts";

/** What a {@linkcode FileConnection} works with. */
export interface FileConnectionParts {
  readonly store: SharedStore;
  readonly layout: Layout;
  readonly policy: PutPolicy;
  readonly waits?: readonly NamedWait[];
  readonly acknowledgedVersion?: ShardProgress["acknowledgedVersion"];
}

/** Puts in shared memory and deletes from it, persisted as the layout and the policy say. */
export class FileConnection implements SynchronousConnection {
  readonly kind = "synchronous";
  readonly preload: Batch;
  readonly waits: readonly NamedWait[];
  readonly progress: ShardProgress;
  readonly #store: SharedStore;
  readonly #layout: Layout;
  readonly #policy: PutPolicy;

  /** @param parts `waits`: those besides the one for locks; `acknowledgedVersion`: the store's version if absent */
  constructor(
    { store, layout, policy, waits = [], acknowledgedVersion = (shard) => store.version(shard) }: FileConnectionParts,
  ) {
    this.#store = store;
    this.#layout = layout;
    this.#policy = policy;
    this.preload = storeBatch(store);
    this.waits = [{ name: "lock", time: store.blocked }, ...waits];
    this.progress = progressOf(store, acknowledgedVersion);
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

  /** @throws as {@linkcode FileConnection.put} does */
  delete(key: PaddedBytes): void {
    const store = this.#store;
    const hash = hashKey(key.words, key.length);
    const shard = store.shardOf(hash);
    store.lockShard(shard);
    if (!this.#layout.hasRoom(shard, key.length, 0)) this.#makeRoom(shard, key.length, 0);
    try {
      const entry = store.deleteLocked(shard, hash, key);
      if (entry === 0) {
        this.#layout.giveBackRoom(shard);
        this.#policy.unchanged(shard);
      } else {
        this.#layout.noteDelete(shard, entry);
        this.#policy.applied(shard);
      }
    } finally {
      store.unlockShard(shard);
    }
    this.#policy.acknowledge(shard);
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#store.get(key, out);
  }

  close(): void {}

  /**
   * Lets go of the shard's lock until the layout has room to note what comes next. Kept out of `put`, so that V8
   * inlines the rest.
   */
  #makeRoom(shard: number, keyLength: number, valueLength: number): void {
    const store = this.#store;
    do {
      store.unlockShard(shard);
      this.#policy.makeRoom();
      store.lockShard(shard);
    } while (!this.#layout.hasRoom(shard, keyLength, valueLength));
  }
}

/** Connects a load worker to the file backend. */
export function connectFile({ persistence }: FileTarget, thread: number): FileConnection {
  const { policy } = persistence;
  const attached = attachPersistence(persistence, FILE_WRITER + 1 + thread);
  const { store, ledger, queue, writer } = attached;
  const { acknowledgesAtOnce, put } = policyOf(policy);
  // Otherwise only the file worker computes checksums.
  if (queue !== undefined || loadWorkersWrite(policy)) loadNativeCrc32();
  return new FileConnection({
    store,
    layout: writer.layout,
    policy: put(policy, attached),
    waits: [
      ...(queue === undefined ? [] : [{ name: "queue", time: queue.blocked }]),
      ...(loadWorkersWrite(policy) ? [{ name: "write", time: writer.blocked }] : []),
    ],
    ...(acknowledgesAtOnce ? {} : { acknowledgedVersion: (shard: number) => ledger.acknowledgedVersion(shard) }),
  });
}
