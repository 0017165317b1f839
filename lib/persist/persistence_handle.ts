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

/** What `attachPersistence` needs; structured-cloneable. */
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
  /** The policy's queue, if it has one. */
  readonly queue?: QueueHandle;
  readonly sync: SyncName;
  /** How many files each writing thread may keep open. */
  readonly openFilesMax: number;
  readonly writeMeter: WriteMeterHandle;
  /** Directory where threads record what they have written, so that it survives SIGKILL. */
  readonly witness?: string;
}
