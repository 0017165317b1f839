/**
 * Where in its file each page of a batch goes.
 *
 * @module
 */
import type { BlockBatch } from "./block_batch.ts";
import { extentBlocks, placeOf, type PlaceSide } from "./block_format.ts";
import type { BlockTable } from "./block_table.ts";

/** Items are sorted by place; a sort key also carries the item's number, which is below this. */
const ORDER_ITEMS_MAX = 2 ** 24;

/**
 * Chooses places for the pages of one file at a time, and records them once they are written.
 *
 * A page goes to the other place of its block. If it has none, it gets that of a page that
 * {@linkcode BlockTable.isSpare | can do without}, where it takes the place of the image before the empty one: a reader
 * counts either, as long as both are there. Only if there is none either, the file needs another block. A page that is
 * in the batch itself keeps its block. All is done under the file's lock.
 */
export class BlockPlacement {
  readonly #batch: BlockBatch;
  readonly #table: BlockTable;
  readonly #extentBlocks: number;
  /** By item, its block, which of the block's places it goes to, and the page that it gets the block from; -1: none. */
  #blocks = new Int32Array(1024);
  #sides = new Int32Array(1024);
  #givers = new Int32Array(1024);
  /** The sort keys of the chosen file's items. */
  #order = new Float64Array(1024);

  constructor(batch: BlockBatch, { table, blockBytes }: { table: BlockTable; blockBytes: number }) {
    this.#batch = batch;
    this.#table = table;
    this.#extentBlocks = extentBlocks(blockBytes);
  }

  /** Chooses a place for each of a file's items; returns how many blocks the file must have for that. */
  choose(file: number): number {
    const batch = this.#batch;
    const table = this.#table;
    if (batch.count > this.#blocks.length) {
      this.#blocks = new Int32Array(2 * batch.count);
      this.#sides = new Int32Array(2 * batch.count);
      this.#givers = new Int32Array(2 * batch.count);
      this.#order = new Float64Array(2 * batch.count);
    }
    const { pagesPerShard } = table.size;
    let used = table.used(file);
    let spare = table.empty(file) > 0 ? table.firstPage(file) : -1;
    for (let item = batch.first(file); item >= 0; item = batch.next(item)) {
      let shard = batch.shard(item);
      let page = batch.page(item);
      this.#givers[item] = -1;
      if (spare >= 0 && table.block(shard, page) < 0) {
        spare = this.#nextSpare(file, spare);
        if (spare >= 0) {
          shard = Math.floor(spare / pagesPerShard);
          page = spare % pagesPerShard;
          this.#givers[item] = spare++;
        }
      }
      const block = table.block(shard, page);
      this.#blocks[item] = block >= 0 ? block : used++;
      this.#sides[item] = block >= 0 && table.side(shard, page) === 0 ? 1 : 0;
    }
    return used;
  }

  /** The file's items as sort keys, in the order of their places. */
  sorted(file: number): Float64Array<ArrayBuffer> {
    const batch = this.#batch;
    let count = 0;
    for (let item = batch.first(file); item >= 0; item = batch.next(item)) {
      const place = placeOf(this.#blocks[item]!, this.#sides[item] as PlaceSide, this.#extentBlocks);
      this.#order[count++] = place * ORDER_ITEMS_MAX + item;
    }
    return this.#order.subarray(0, count).sort();
  }

  /** The block of an item. */
  block(item: number): number {
    return this.#blocks[item]!;
  }

  /** Records that all of the file's items have been written. */
  record(file: number): void {
    const batch = this.#batch;
    const table = this.#table;
    const { pagesPerShard } = table.size;
    let begun = -1;
    for (let item = batch.first(file); item >= 0; item = batch.next(item)) {
      const shard = batch.shard(item);
      if (shard !== begun) table.beginWrite(shard);
      begun = shard;
    }
    let used = table.used(file);
    for (let item = batch.first(file); item >= 0; item = batch.next(item)) {
      const block = this.#blocks[item]!;
      const giver = this.#givers[item]!;
      used = Math.max(used, block + 1);
      if (giver >= 0) table.release(Math.floor(giver / pagesPerShard), giver % pagesPerShard);
      const where = { block, side: this.#sides[item] as PlaceSide, isEmpty: batch.isEmpty(item) };
      table.setWritten(batch.shard(item), batch.page(item), where);
    }
    table.setUsed(file, used);
  }

  /** The file's next page, from this one on, that can do without its block and is not written now. */
  #nextSpare(file: number, from: number): number {
    const table = this.#table;
    const { pagesPerShard } = table.size;
    let page = table.nextSpare(file, from);
    while (page >= 0 && this.#batch.has(Math.floor(page / pagesPerShard), page % pagesPerShard)) {
      page = table.nextSpare(file, page + 1);
    }
    return page;
  }
}

/** The item of a sort key, and its place. */
export function itemOf(sortKey: number): number {
  return sortKey % ORDER_ITEMS_MAX;
}

export function placeIn(sortKey: number): number {
  return Math.floor(sortKey / ORDER_ITEMS_MAX);
}
