/**
 * What is wrong with the mutants that break what a sync promises.
 *
 * @module
 */
import { BlockFiles } from "../../../lib/persist/layout/blocks/block_files.ts";
import { BlockLayout } from "../../../lib/persist/layout/blocks/block_layout.ts";
import { BlockTable } from "../../../lib/persist/layout/blocks/block_table.ts";
import { LogLayout } from "../../../lib/persist/layout/log/log_layout.ts";
import { Ledger } from "../../../lib/persist/ledger.ts";

/** So late that a cut mostly comes before the sync. */
const SYNC_LATE_MS = 2;

/** What of a write the device does not have yet when it has the rest; less than a block. */
const LATE_BYTES = 256;

export const POWER_PATCHES = {
  "acknowledges before the sync"() {
    syncBeforeNextWrite();
    // This is what a put waits for.
    Ledger.prototype.syncedVersion = Ledger.prototype.writtenVersion;
  },
  "overwrites the place synced last"() {
    writeInSyncedPieces();
    const { side } = BlockTable.prototype;
    BlockTable.prototype.side = function (shard, page) {
      return side.call(this, shard, page) === 0 ? 1 : 0;
    };
  },
  "writes blocks in synced pieces": writeInSyncedPieces,
} as const;

/** A thread syncs what it has written when it writes again; until then, it calls synced what it had written before. */
function syncBeforeNextWrite(): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (const layout of [LogLayout.prototype, BlockLayout.prototype]) {
    const { write, makeDurable } = layout;
    layout.write = function (this: LogLayout & BlockLayout) {
      Atomics.wait(never, 0, 0, SYNC_LATE_MS);
      makeDurable.call(this);
      write.call(this);
    };
    layout.makeDurable = () => false;
  }
}

/** A device may have any part of what has been written since the last sync: here it is all but the end. */
function writeInSyncedPieces(): void {
  const { write } = BlockFiles.prototype;
  const { writeSync } = Deno.FsFile.prototype;
  let isWritingBlocks = false;
  Deno.FsFile.prototype.writeSync = function (bytes) {
    if (!isWritingBlocks || bytes.length <= LATE_BYTES) return writeSync.call(this, bytes);
    const written = writeSync.call(this, bytes.subarray(0, -LATE_BYTES));
    this.syncDataSync();
    return written;
  };
  BlockFiles.prototype.write = function (file, place, bytes) {
    isWritingBlocks = true;
    write.call(this, file, place, bytes);
    isWritingBlocks = false;
  };
}
