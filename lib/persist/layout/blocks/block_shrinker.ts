/**
 * Makes block files smaller when many of their pages have got empty: moves pages from the end of a file to blocks of
 * empty ones, and cuts off the end.
 *
 * @module
 */
import type { BlockCodec } from "../../../codec/block/block_codec.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import type { FileLocks } from "../../file_locks.ts";
import type { WriterMeter } from "../../write_meter.ts";
import type { BlockFiles } from "./block_files.ts";
import { extentBlocks, placeOf, type PlaceSide } from "./block_format.ts";
import type { BlockTable } from "./block_table.ts";

/** What a {@linkcode BlockShrinker} works with. */
export interface BlockShrinkerParts {
  readonly codec: BlockCodec;
  readonly table: BlockTable;
  readonly files: BlockFiles;
  readonly locks: FileLocks;
  readonly meter: WriterMeter;
  readonly blockBytes: number;
  readonly sync: SyncName;
}

/**
 * A file is made smaller once it has so many blocks that no page needs, as a part of the others. It grows by whole
 * extents, and no page takes a new block while there is one of an empty page, so it does not grow again at once.
 */
const SPARE_PART_MAX = 1 / 32;

/** At most so many blocks are cut off at once, so that whoever waits for the file need not wait long. */
const PIECE_BLOCKS = 64;

/** How long to leave a file alone that could not be made smaller yet. */
const RETRY_MS = 100;

/** A page that has a block. */
interface PageInBlock {
  readonly shard: number;
  readonly page: number;
  readonly block: number;
}

/**
 * The file worker's part in the size of the files.
 *
 * A page moves by a copy of its newest image that says another block, in a place that no reader needs: that of the
 * image before the empty one, of a page that {@linkcode BlockTable.isSpare | can do without its block}. Until the end
 * of the file is cut off, both copies are there, of the same version and the same content, and a reader takes either
 * and counts them as one. All is done under the file's lock, and each step is synced before the next, at levels above
 * none.
 */
export class BlockShrinker {
  readonly #parts: BlockShrinkerParts;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #extentBlocks: number;
  readonly #notBeforeMs: Float64Array<ArrayBuffer>;
  /** The file at which the next search begins, so that none has to wait for those before it. */
  #next = 0;

  constructor(parts: BlockShrinkerParts) {
    this.#parts = parts;
    this.#bytes = new Uint8Array(parts.blockBytes);
    this.#extentBlocks = extentBlocks(parts.blockBytes);
    this.#notBeforeMs = new Float64Array(parts.table.size.files);
  }

  /**
   * Cuts a piece off a file that has one to spare; returns whether there was one.
   *
   * @throws {PersistError} when that fails; nothing is then lost
   */
  shrinkOne(): boolean {
    const { table, locks } = this.#parts;
    const { files } = table.size;
    for (let i = 0; i < files; i++) {
      const file = this.#next;
      this.#next = file + 1 < files ? file + 1 : 0;
      const needed = table.used(file) - table.empty(file);
      const extents = Math.ceil(needed * (1 + SPARE_PART_MAX) / this.#extentBlocks);
      if (table.extents(file) <= Math.max(1, extents)) continue;
      if (performance.now() < this.#notBeforeMs[file]!) continue;
      locks.lock(file);
      try {
        if (this.#shrink(file)) return true;
      } finally {
        locks.unlock(file);
      }
      this.#notBeforeMs[file] = performance.now() + RETRY_MS;
    }
    return false;
  }

  #shrink(file: number): boolean {
    const { table, files, sync } = this.#parts;
    const { spare, others } = this.#pagesOf(file);
    const before = table.extents(file);
    const wanted = Math.ceil(others.length / this.#extentBlocks);
    const piece = Math.max(1, Math.floor(PIECE_BLOCKS / this.#extentBlocks));
    let extents = Math.max(1, wanted, before - piece);
    if ((before - extents) % 2 === 0) extents++;
    if (extents >= before) return false;
    const limit = extents * this.#extentBlocks;
    const moving = others.filter(({ block }) => block >= limit);
    const targets = spare.filter(({ block }) => block < limit);
    if (moving.length > targets.length) return false;
    for (const [i, from] of moving.entries()) this.#move(file, from, targets[i]!);
    if (isSynced(sync) && moving.length > 0) files.sync(file);
    for (const { shard, page, block } of spare) if (block >= limit) table.release(shard, page);
    table.setUsed(file, Math.min(limit, table.used(file)));
    files.shrink(file, extents);
    return true;
  }

  /** The pages that have blocks in a file. */
  #pagesOf(file: number): { spare: PageInBlock[]; others: PageInBlock[] } {
    const { table } = this.#parts;
    const { shards, files, pagesPerShard } = table.size;
    const spare: PageInBlock[] = [];
    const others: PageInBlock[] = [];
    for (let shard = file * shards / files; shard < (file + 1) * shards / files; shard++) {
      for (let page = 0; page < pagesPerShard; page++) {
        const block = table.block(shard, page);
        if (block >= 0) (table.isSpare(shard, page) ? spare : others).push({ shard, page, block });
      }
    }
    return { spare, others };
  }

  /** Copies a page's newest image to another block, over the image before an empty page's newest. */
  #move(file: number, { shard, page, block }: PageInBlock, to: PageInBlock): void {
    const { table, files, codec, meter, blockBytes } = this.#parts;
    const side: PlaceSide = table.side(to.shard, to.page) === 0 ? 1 : 0;
    files.read(file, placeOf(block, table.side(shard, page), this.#extentBlocks), this.#bytes);
    codec.renumber(this.#bytes, to.block);
    files.write(file, placeOf(to.block, side, this.#extentBlocks), this.#bytes);
    table.release(to.shard, to.page);
    table.setMoved(shard, page, to.block, side);
    meter.countBlocks(1, blockBytes);
  }
}
