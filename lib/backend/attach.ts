/**
 * Room of the backend handle: how a load worker comes by its own view of the backend.
 *
 * @module
 */
import { CODECS } from "../codec/codecs.ts";
import { Ledger } from "../persist/ledger.ts";
import { attachShardWriter, type PersistenceHandle } from "../persist/persistence.ts";
import { type QueueHandle, SnapshotQueue } from "../persist/snapshot_queue.ts";
import { FILE_WRITER } from "../persist/write_meter.ts";
import { SharedStore, type StoreHandle } from "../store/shared_store.ts";
import type { BlockedTime } from "../sync/blocked.ts";
import { Clock } from "../sync/clock.ts";
import type { Backend } from "./backend.ts";
import { AsynchronousBackend, PeriodicBackend, SynchronousBackend } from "./file.ts";
import { MemoryBackend } from "./memory.ts";

/** What a load worker needs in order to attach to the backend; structured-cloneable. */
export type BackendHandle =
  | { readonly kind: "memory"; readonly store: StoreHandle }
  | { readonly kind: "synchronous"; readonly persistence: PersistenceHandle; readonly periodMs: number }
  | { readonly kind: "asynchronous"; readonly persistence: PersistenceHandle; readonly queue: QueueHandle }
  | { readonly kind: "periodic"; readonly persistence: PersistenceHandle };

/** A load worker's own view of the backend. */
export interface AttachedBackend {
  readonly backend: Backend;
  /** The store behind it. */
  readonly store: SharedStore;
  /** Time that the load worker has waited since it attached, by what it waited for. */
  readonly blocked: {
    readonly onLock: BlockedTime;
    /** Absent where there is no queue. */
    readonly onQueue?: BlockedTime;
    /** Absent where the load worker writes nothing itself. */
    readonly onWrite?: BlockedTime;
  };
}

/** Attaches a load worker to a backend. */
export function attachBackend(handle: BackendHandle, thread: number): AttachedBackend {
  if (handle.kind === "memory") {
    const store = SharedStore.attach(handle.store);
    return { backend: new MemoryBackend(store), store, blocked: { onLock: store.blocked } };
  }
  const { persistence } = handle;
  const store = SharedStore.attach(persistence.store);
  const clock = Clock.attach(persistence.clock);
  const ledger = Ledger.attach(persistence.ledger);
  switch (handle.kind) {
    case "synchronous": {
      const writer = attachShardWriter(persistence, FILE_WRITER + 1 + thread);
      const backend = new SynchronousBackend({ store, ledger, clock, writer, periodMs: handle.periodMs });
      return { backend, store, blocked: { onLock: store.blocked, onWrite: writer.blocked } };
    }
    case "asynchronous": {
      const codec = CODECS[persistence.serializer];
      const queue = SnapshotQueue.attach(handle.queue);
      const backend = new AsynchronousBackend({ store, codec, clock, queue });
      return { backend, store, blocked: { onLock: store.blocked, onQueue: queue.blocked } };
    }
    case "periodic":
      return {
        backend: new PeriodicBackend({ store, ledger, clock }),
        store,
        blocked: { onLock: store.blocked },
      };
  }
}
