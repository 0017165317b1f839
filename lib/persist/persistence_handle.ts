/**
 * Everything that a thread needs to persist its puts, bundled into one handle to pass and attach.
 *
 * @module
 */
import type { SerializerName } from "../codec/codec.ts";
import type { StoreHandle } from "../store/shared_store.ts";
import type { ClockHandle } from "../sync/clock.ts";
import type { DoorbellHandle } from "../sync/doorbell.ts";
import type { FileLocksHandle } from "./file_locks.ts";
import type { LayoutHandle } from "./layout/layout.ts";
import type { LedgerHandle } from "./ledger.ts";
import type { PersistencePolicy } from "./policy/policies.ts";
import type { SyncName } from "./durability.ts";
import type { QueueHandle } from "./write_queue.ts";
import type { WriteMeterHandle } from "./write_meter.ts";

/** The options of a run that every thread with files is told as they are. */
export interface PersistenceOptions {
  readonly serializer: SerializerName;
  readonly policy: PersistencePolicy;
  readonly sync: SyncName;
}

/** What `attachPersistence` needs; structured-cloneable. */
export interface PersistenceHandle extends PersistenceOptions {
  readonly store: StoreHandle;
  readonly ledger: LedgerHandle;
  readonly locks: FileLocksHandle;
  readonly clock: ClockHandle;
  /** Wakes the file worker. */
  readonly doorbell: DoorbellHandle;
  /** Path of the directory that holds the files. */
  readonly directory: string;
  readonly shardsPerFile: number;
  readonly layout: LayoutHandle;
  /** The policy's queue, if it has one. */
  readonly queue?: QueueHandle;
  /** How many files each writing thread may keep open. */
  readonly openFilesMax: number;
  readonly writeMeter: WriteMeterHandle;
  /** Directory where threads record what they have written, so that it survives SIGKILL. */
  readonly witness?: string;
}
