/**
 * What is wrong with the mutants that write blocks.
 *
 * @module
 */
import { rawBlockCodec } from "../../../lib/codec/block/raw_block.ts";
import { BlockFiles } from "../../../lib/persist/layout/blocks/block_files.ts";
import { BlockTable } from "../../../lib/persist/layout/blocks/block_table.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";

/** Blocks are written so slowly, piece by piece, that a kill mostly comes in the middle of one, or between two. */
const PIECE_BYTES = 512;
const PIECE_MS = 0.5;

/** Of so many puts, one moves its key, as long as there is room. */
const MOVE_EVERY = 2;

export const BLOCK_PATCHES = {
  "overwrites the newer place of a block"() {
    writeInPieces();
    const { side } = BlockTable.prototype;
    BlockTable.prototype.side = function (shard, page) {
      return side.call(this, shard, page) === 0 ? 1 : 0;
    };
  },
  "leaves a moved key in neither block"() {
    writeInPieces();
    moveKeys();
    // A reader takes what there is of a write that was cut short.
    const { encode } = rawBlockCodec;
    rawBlockCodec.encode = (image, out, position, blockBytes) =>
      encode({ ...image, together: 1 }, out, position, blockBytes);
  },
} as const;

/** A write system call writes no more than a piece, as it is allowed to. */
function writeInPieces(): void {
  const { writeSync } = Deno.FsFile.prototype;
  const { write } = BlockFiles.prototype;
  const never = new Int32Array(new SharedArrayBuffer(4));
  Deno.FsFile.prototype.writeSync = function (bytes) {
    if (!isWritingBlocks) return writeSync.call(this, bytes);
    Atomics.wait(never, 0, 0, PIECE_MS);
    return writeSync.call(this, bytes.subarray(0, PIECE_BYTES));
  };
  let isWritingBlocks = false;
  BlockFiles.prototype.write = function (file, place, bytes) {
    isWritingBlocks = true;
    write.call(this, file, place, bytes);
    isWritingBlocks = false;
  };
}

/** Has puts move their keys to another page now and then, as longer values would. */
function moveKeys(): void {
  const { putLocked } = SharedStore.prototype;
  let puts = 0;
  SharedStore.prototype.putLocked = function (shard, hash, key, value) {
    if (puts++ % MOVE_EVERY === 0) {
      const page = puts % this.pages.pagesPerShard;
      const entry = this.pages.load(shard, page, hash, key, value);
      if (entry !== 0) {
        this.pages.markChanged(shard, entry);
        this.restoreVersion(shard, this.version(shard) + 1);
        return entry;
      }
    }
    return putLocked.call(this, shard, hash, key, value);
  };
}
