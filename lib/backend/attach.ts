/**
 * Room of the backend handle: how a load worker comes by its own view of the backend.
 *
 * @module
 */
import { CODECS } from "../codec/codecs.ts";
import { Ledger } from "../persist/ledger.ts";
import { attachShardWriter, type PersistenceHandle } from "../persist/persistence.ts";
import type { ShardWriter, WriteCounts } from "../persist/shard_writer.ts";
import { type QueueHandle, SnapshotQueue } from "../persist/snapshot_queue.ts";
import { SharedStore, type StoreHandle } from "../store/shared_store.ts";
import { Clock } from "../sync/clock.ts";
import type { Backend } from "./backend.ts";
import { AsynchronousBackend, SynchronousBackend } from "./file.ts";
import { MemoryBackend } from "./memory.ts";

/** What a load worker needs in order to attach to the backend; structured-cloneable. */
export type BackendHandle =
  | { readonly kind: "memory"; readonly store: StoreHandle }
  | { readonly kind: "synchronous"; readonly persistence: PersistenceHandle; readonly periodMs: number }
  | { readonly kind: "asynchronous"; readonly persistence: PersistenceHandle; readonly queue: QueueHandle };

/** A load worker's own view of the backend. */
export interface AttachedBackend {
  readonly backend: Backend;
  /** What the load worker itself has written to files so far. */
  writeCounts(): WriteCounts;
}

const NOTHING_WRITTEN: WriteCounts = { snapshotsWritten: 0, bytesWritten: 0 };

/** Attaches the calling thread to a backend. */
export function attachBackend(handle: BackendHandle): AttachedBackend {
  switch (handle.kind) {
    case "memory":
      return { backend: new MemoryBackend(SharedStore.attach(handle.store)), writeCounts: () => NOTHING_WRITTEN };
    case "synchronous": {
      const writer = attachShardWriter(handle.persistence);
      return {
        backend: attachSynchronous(handle.persistence, handle.periodMs, writer),
        writeCounts: () => writer.counts,
      };
    }
    case "asynchronous": {
      const backend = new AsynchronousBackend({
        store: SharedStore.attach(handle.persistence.store),
        codec: CODECS[handle.persistence.serializer],
        queue: SnapshotQueue.attach(handle.queue),
      });
      return { backend, writeCounts: () => NOTHING_WRITTEN };
    }
  }
}

function attachSynchronous(persistence: PersistenceHandle, periodMs: number, writer: ShardWriter): SynchronousBackend {
  return new SynchronousBackend({
    store: SharedStore.attach(persistence.store),
    ledger: Ledger.attach(persistence.ledger),
    clock: Clock.attach(persistence.clock),
    writer,
    periodMs,
  });
}
