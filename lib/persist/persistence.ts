/**
 * How a thread attaches to everything that it needs to persist its puts.
 *
 * @module
 */
import { SharedStore } from "../store/shared_store.ts";
import { Clock } from "../sync/clock.ts";
import { Doorbell } from "../sync/doorbell.ts";
import { FileLocks } from "./file_locks.ts";
import { layoutOf } from "./layout/layouts.ts";
import { Ledger } from "./ledger.ts";
import type { PersistenceHandle } from "./persistence_handle.ts";
import type { AttachedPersistence } from "./policy/policy_module.ts";
import { Witness } from "./witness.ts";
import { Writer } from "./writer.ts";
import { WriteMeter } from "./write_meter.ts";
import { WriteQueue } from "./write_queue.ts";

/**
 * Attaches a thread to all shared parts.
 *
 * @param writer the thread's number in the write meter
 */
export function attachPersistence(handle: PersistenceHandle, writer: number): AttachedPersistence {
  const { sync, shardsPerFile, witness, queue } = handle;
  const store = SharedStore.attach(handle.store);
  const ledger = Ledger.attach(handle.ledger);
  const locks = FileLocks.attach(handle.locks);
  const clock = Clock.attach(handle.clock);
  const meter = WriteMeter.attach(handle.writeMeter).writer(writer);
  const layout = layoutOf(handle.layout.kind).attach(handle, handle.layout, { store, locks, meter });
  return {
    store,
    ledger,
    locks,
    clock,
    doorbell: Doorbell.attach(handle.doorbell),
    ...(queue === undefined ? {} : { queue: WriteQueue.attach(queue) }),
    shardsPerFile,
    sync,
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
