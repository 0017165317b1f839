/**
 * How a load worker comes by its own view of the backend.
 *
 * @module
 */
import { AsynchronousPut } from "../persist/policy/asynchronous.ts";
import { CommitPut } from "../persist/policy/commit.ts";
import { PeriodicPut } from "../persist/policy/periodic.ts";
import type { PutPolicy } from "../persist/policy/put_policy.ts";
import { SynchronousPut } from "../persist/policy/synchronous.ts";
import { type AttachedPersistence, attachPersistence, type PersistenceHandle } from "../persist/persistence.ts";
import { SnapshotQueue } from "../persist/snapshot_queue.ts";
import { FILE_WRITER } from "../persist/write_meter.ts";
import { SharedStore, type StoreHandle } from "../store/shared_store.ts";
import type { NamedWait } from "../sync/blocked.ts";
import type { Backend } from "./backend.ts";
import { FileBackend } from "./file_backend.ts";
import { MemoryBackend } from "./memory.ts";

/** What a load worker needs in order to attach to the backend; structured-cloneable. */
export type BackendHandle =
  | { readonly kind: "memory"; readonly store: StoreHandle }
  | { readonly kind: "file"; readonly persistence: PersistenceHandle };

/** A load worker's own view of the backend. */
export interface AttachedBackend {
  readonly backend: Backend;
  /** The store behind it. */
  readonly store: SharedStore;
  /** The version up to which a shard's puts have been acknowledged, as the gauges count it. */
  acknowledgedVersion(shard: number): number;
  /** Time that the load worker has waited since it attached, by what it waited for. */
  readonly waits: readonly NamedWait[];
}

/** Attaches a load worker to a backend. */
export function attachBackend(handle: BackendHandle, thread: number): AttachedBackend {
  if (handle.kind === "memory") {
    const store = SharedStore.attach(handle.store);
    return {
      backend: new MemoryBackend(store),
      store,
      acknowledgedVersion: (shard) => store.version(shard),
      waits: [{ name: "lock", time: store.blocked }],
    };
  }
  const { persistence } = handle;
  const attached = attachPersistence(persistence, FILE_WRITER + 1 + thread);
  const { store, ledger, writer } = attached;
  const queue = persistence.queue === undefined ? undefined : SnapshotQueue.attach(persistence.queue);
  const policy = createPutPolicy(persistence, attached, queue);
  const writes = policy instanceof SynchronousPut || policy instanceof CommitPut;
  return {
    backend: new FileBackend({ store, layout: writer.layout, policy }),
    store,
    acknowledgedVersion: persistence.policy.kind === "commit"
      ? (shard) => ledger.acknowledgedVersion(shard)
      : (shard) => store.version(shard),
    waits: [
      { name: "lock", time: store.blocked },
      ...(queue === undefined ? [] : [{ name: "queue", time: queue.blocked }]),
      ...(writes ? [{ name: "write", time: writer.blocked }] : []),
    ],
  };
}

function createPutPolicy(
  { policy, shardsPerFile, sync }: PersistenceHandle,
  { store, ledger, locks, clock, doorbell, writer }: AttachedPersistence,
  queue: SnapshotQueue | undefined,
): PutPolicy {
  switch (policy.kind) {
    case "synchronous":
      return new SynchronousPut({ ledger, clock, locks, writer, shardsPerFile, periodMs: policy.periodMs });
    case "asynchronous":
      if (queue === undefined) throw new Error("Cannot attach to the asynchronous policy without its queue");
      return new AsynchronousPut({ store, layout: writer.layout, queue, clock });
    case "periodic":
      return new PeriodicPut({ ledger, clock, doorbell });
    case "commit":
      return new CommitPut({ store, ledger, clock, locks, writer, shardsPerFile, sync, delayMs: policy.delayMs });
  }
}
