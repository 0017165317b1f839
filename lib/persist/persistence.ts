/**
 * Everything that a thread needs to persist its puts, bundled into one handle to pass and attach.
 *
 * @module
 */
import type { SerializerName } from "../codec/codec.ts";
import { SharedStore, type StoreHandle } from "../store/shared_store.ts";
import { Clock, type ClockHandle } from "../sync/clock.ts";
import { Doorbell, type DoorbellHandle } from "../sync/doorbell.ts";
import { FileLocks, type FileLocksHandle } from "./file_locks.ts";
import { attachLayout, type LayoutHandle } from "./layout/layouts.ts";
import { Ledger, type LedgerHandle } from "./ledger.ts";
import type { PersistencePolicy, SyncName } from "./policy.ts";
import type { QueueHandle } from "./snapshot_queue.ts";
import { Witness } from "./witness.ts";
import { Writer } from "./writer.ts";
import { WriteMeter, type WriteMeterHandle } from "./write_meter.ts";

/** What {@linkcode attachPersistence} needs; structured-cloneable. */
export interface PersistenceHandle {
  readonly store: StoreHandle;
  readonly ledger: LedgerHandle;
  readonly locks: FileLocksHandle;
  readonly clock: ClockHandle;
  /** Wakes the file worker. */
  readonly doorbell: DoorbellHandle;
  readonly serializer: SerializerName;
  /** Path of the directory that holds the files. */
  readonly directory: string;
  readonly shardsPerFile: number;
  readonly layout: LayoutHandle;
  readonly policy: PersistencePolicy;
  /** The asynchronous policy's queue. */
  readonly queue?: QueueHandle;
  readonly sync: SyncName;
  /** How many files each writing thread may keep open. */
  readonly openFilesMax: number;
  readonly writeMeter: WriteMeterHandle;
  /** Directory where threads record what they have written, so that it survives SIGKILL. */
  readonly witness?: string;
}

/** A thread's own view of the shared parts, and its writer. */
export interface AttachedPersistence {
  readonly store: SharedStore;
  readonly ledger: Ledger;
  readonly locks: FileLocks;
  readonly clock: Clock;
  readonly doorbell: Doorbell;
  readonly writer: Writer;
}

/**
 * Attaches a thread to all shared parts.
 *
 * @param writer the thread's number in the write meter
 */
export function attachPersistence(handle: PersistenceHandle, writer: number): AttachedPersistence {
  const { sync, shardsPerFile, witness } = handle;
  const store = SharedStore.attach(handle.store);
  const ledger = Ledger.attach(handle.ledger);
  const locks = FileLocks.attach(handle.locks);
  const clock = Clock.attach(handle.clock);
  const meter = WriteMeter.attach(handle.writeMeter).writer(writer);
  const layout = attachLayout(handle, { store, locks, meter });
  return {
    store,
    ledger,
    locks,
    clock,
    doorbell: Doorbell.attach(handle.doorbell),
    writer: new Writer({
      store,
      ledger,
      clock,
      locks,
      layout,
      shardsPerFile,
      sync,
      ...(witness === undefined ? {} : {
        witnesses: { written: Witness.ofWritten(witness), synced: Witness.ofSynced(witness) },
      }),
    }),
  };
}
