/**
 * What is wrong with the mutants that break what a sync promises.
 *
 * @module
 */
import { rawRecordCodec } from "../../../lib/codec/record/raw_record.ts";
import { shortCrc32 } from "../../../lib/codec/crc32.ts";
import { BlockLayout } from "../../../lib/persist/layout/blocks/block_layout.ts";
import { BlockTable } from "../../../lib/persist/layout/blocks/block_table.ts";
import { CheckpointFile } from "../../../lib/persist/layout/log/checkpoint_file.ts";
import { LogLayout } from "../../../lib/persist/layout/log/log_layout.ts";
import { RenameReplacement } from "../../../lib/persist/layout/snapshot/rename.ts";
import { Ledger } from "../../../lib/persist/ledger.ts";

/** So late that a cut mostly comes before the sync. */
const SYNC_LATE_MS = 2;

export const POWER_PATCHES = {
  "acknowledges before the sync"() {
    syncBeforeNextWrite();
    // This is what a put waits for.
    Ledger.prototype.syncedVersion = Ledger.prototype.writtenVersion;
  },
  "syncs no directory"() {
    RenameReplacement.prototype.makeDurable = () => true;
  },
  "renames before the sync"() {
    const { syncDataSync } = Deno.FsFile.prototype;
    const { renameSync } = Deno;
    Deno.FsFile.prototype.syncDataSync = () => {};
    Deno.renameSync = (from, to) => {
      renameSync(from, to);
      sleep(SYNC_LATE_MS);
      using file = Deno.openSync(to);
      syncDataSync.call(file);
    };
  },
  "overwrites the only copy of a block"() {
    const { side } = BlockTable.prototype;
    BlockTable.prototype.side = function (shard, page) {
      return side.call(this, shard, page) === 0 ? 1 : 0;
    };
  },
  "removes segments before their checkpoint is durable"() {
    const { syncDataSync, syncSync } = Deno.FsFile.prototype;
    const { complete } = CheckpointFile.prototype;
    CheckpointFile.prototype.complete = function () {
      Deno.FsFile.prototype.syncDataSync = Deno.FsFile.prototype.syncSync = () => {};
      complete.call(this);
      Object.assign(Deno.FsFile.prototype, { syncDataSync, syncSync });
    };
  },
} as const;

/** A thread syncs what it has written when it writes again; until then, it calls synced what it had written before. */
function syncBeforeNextWrite(): void {
  for (const layout of [LogLayout.prototype, BlockLayout.prototype]) {
    const { write, makeDurable } = layout;
    layout.write = function (this: LogLayout & BlockLayout) {
      sleep(SYNC_LATE_MS);
      makeDurable.call(this);
      write.call(this);
    };
    layout.makeDurable = () => false;
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * Has this process read logs wrongly while something is done: it believes a record whose length is possible, whatever
 * its checksum says.
 */
export async function believingLengths<T>(act: () => Promise<T>): Promise<T> {
  const { reader } = rawRecordCodec;
  rawRecordCodec.reader = (bytes) => {
    const mended = bytes.slice();
    const view = new DataView(mended.buffer);
    const mending = reader(mended);
    const { read } = mending;
    mending.read = function (position) {
      const words = position + 4 <= view.byteLength ? view.getInt32(position, true) : 0;
      const covered = position + 4 * (words - 1);
      if (words > 1 && covered + 4 <= view.byteLength) {
        view.setInt32(covered, shortCrc32(view, position, covered), true);
      }
      return read.call(this, position);
    };
    return mending;
  };
  try {
    return await act();
  } finally {
    rawRecordCodec.reader = reader;
  }
}
