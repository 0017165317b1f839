/**
 * Has empty pages take the blocks that no page has, so that they are used again like those of other empty pages. A
 * crash leaves such blocks behind where the first image of a page was not written completely.
 *
 * @module
 */
import { BLOCK_CODECS } from "../../../codec/block/block_codecs.ts";
import { IMAGE_EXCESS_BYTES } from "../../../codec/block/block_image.ts";
import type { SerializerName } from "../../../codec/codec.ts";
import { OutputBuffer } from "../../../codec/output_buffer.ts";
import { openFile, seekTo, syncData, writeAll } from "../../../system/file_io.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import {
  type BlockFileIdentity,
  encodeHead,
  extentBlocks,
  headPlace,
  placeOf,
  type SyncedBlocks,
} from "./block_format.ts";
import type { BlockTable } from "./block_table.ts";

/** The file, whose places without an image are blank, and how it is written. */
export interface HolesOptions extends BlockFileIdentity {
  readonly path: string;
  readonly serializer: SerializerName;
  readonly sync: SyncName;
  /** What the file's head says; absent if it says nothing. */
  readonly synced?: SyncedBlocks | undefined;
}

/**
 * Writes an empty page into each block that has none, below those that the table says are used.
 *
 * The images are of version 0, before anything was written of their shards, so that none counts as part of what was
 * written last. A crash may leave one of them torn, and the other place of its block is blank. So first the head stops
 * to say that anything was ever synced there.
 *
 * @param table has all pages of the file
 * @param shards those of the file's shards of which something was ever written
 * @throws {PersistError} when that fails; nothing is then lost
 */
export function fillHoles(options: HolesOptions, table: BlockTable, shards: readonly number[]): void {
  const { path, file: index, blockBytes, serializer, sync, synced } = options;
  const taken = new Set(shards.flatMap((shard) => pagesOf(table).map((page) => table.block(shard, page))));
  const holes = Array.from({ length: table.used(index) }, (_, block) => block).filter((block) => !taken.has(block));
  const [first] = holes;
  if (first === undefined) return;
  using file = openFile(path, { write: true });
  if (synced !== undefined && synced.blocks > first) {
    const extents = table.extents(index);
    const head = { extents, synced: { sync: synced.sync, blocks: first } };
    seekTo(file, path, headPlace(extents) * blockBytes);
    writeAll(file, path, encodeHead(options, head, serializer));
    if (isSynced(sync)) syncData(file, path);
  }
  const words = new Int32Array(new SharedArrayBuffer(IMAGE_EXCESS_BYTES));
  const out = new OutputBuffer(blockBytes);
  const image = { version: 0, together: 1, words, bytes: new DataView(words.buffer), start: 0, end: 0 };
  for (const page of pagesOf(table)) {
    for (const shard of shards) {
      if (table.block(shard, page) >= 0) continue;
      const block = holes.shift();
      if (block === undefined) return;
      BLOCK_CODECS[serializer].encode({ ...image, block, shard, page }, out, 0, blockBytes);
      seekTo(file, path, placeOf(block, 0, extentBlocks(blockBytes)) * blockBytes);
      writeAll(file, path, out.bytes.subarray(0, blockBytes));
      table.setWritten(shard, page, { block, side: 0, isEmpty: true, isLast: false });
    }
  }
}

/** The pages of a shard. */
function pagesOf(table: BlockTable): number[] {
  return Array.from({ length: table.size.pagesPerShard }, (_, page) => page);
}
