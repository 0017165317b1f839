/**
 * The block layout: a write writes the blocks that have changed, each to a place of its own.
 *
 * @module
 */
import type { BlockCodec } from "../../../codec/block/block_codec.ts";
import { type BlockImage, IMAGE_EXCESS_BYTES } from "../../../codec/block/block_image.ts";
import { OutputBuffer } from "../../../codec/output_buffer.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import type { FileLocks } from "../../file_locks.ts";
import type { SyncName } from "../../policy.ts";
import type { WriterMeter } from "../../write_meter.ts";
import type { Layout } from "../layout.ts";
import { BlockBatch } from "./block_batch.ts";
import type { BlockFiles } from "./block_files.ts";
import { extentBlocks, placeOf, type PlaceSide } from "./block_format.ts";
import type { BlockTable } from "./block_table.ts";

/** What a {@linkcode BlockLayout} works with. */
export interface BlockLayoutParts {
  readonly store: SharedStore;
  readonly codec: BlockCodec;
  readonly table: BlockTable;
  readonly files: BlockFiles;
  readonly locks: FileLocks;
  readonly meter: WriterMeter;
  readonly blockBytes: number;
  readonly pageWords: number;
  readonly sync: SyncName;
}

/** Blocks that follow one another are written in pieces of about so many bytes: few calls, and still in the cache. */
const PIECE_BYTES = 256 * 1024;

/** Bytes before the words of each page that {@linkcode BlockLayout.serialize} writes, and before them all. */
const PAGE_HEAD_BYTES = 8;
const VERSION_BYTES = 8;

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** Orders a file's items by their place; their number, which is below this, comes along. */
const ORDER_ITEMS_MAX = 2 ** 24;

/**
 * Writes the pages of the store's arena that puts have changed, each into the block that is its own.
 *
 * A put sets the bit of its entry's page, a take copies the pages whose bits are set, a write encodes the copies. An entry
 * lies in one page, and so in one block. A block has two places, written in turn: the older of its two images is
 * overwritten, and a reader takes the sound one with the higher version.
 *
 * Invariant 1: a block's newest complete image is never overwritten. Until the write of a newer one has returned, and at
 * sync levels above none until it has been synced, the table leads to the older one's place; nobody writes the block
 * meanwhile, because a write is made under its file's lock.
 * Invariant 2: a shard's pages only grow at their end. A key whose value outgrows its place gets a new entry behind all
 * others, on a page that is not below the old one's; and where the pages differ, the old entry stays in its page and in
 * every image of it until the directory is opened again. A reader takes, of a key's entries, the one on the highest page.
 * So at every moment the key is found: with its new value once the block of the new entry has been written, with its old one
 * before; and never twice, as only one of two entries is on the higher page. In whichever order the two blocks are
 * written, or reach the device, makes no difference.
 * Invariant 3: within a page a moved key's old entry is left out, and no image has a key twice.
 *
 * What survives a crash of the process is a prefix of each page's puts, not of each shard's: a crash in the middle of a
 * write leaves some of its blocks new and others old.
 */
export class BlockLayout implements Layout {
  /** A queued page makes older ones of the same page superfluous, but none of another; the batch sees to that. */
  readonly supersedes = false;
  readonly meter: WriterMeter;
  readonly #parts: BlockLayoutParts;
  readonly #store: SharedStore;
  readonly #storeWords: Int32Array<SharedArrayBuffer>;
  readonly #table: BlockTable;
  readonly #pageWords: number;
  readonly #blocksPerExtent: number;
  readonly #batch: BlockBatch;
  readonly #image: BlockImage;
  readonly #out = new OutputBuffer(2 * PIECE_BYTES);
  /** The queue's memory by word and by byte, once something of it has been accepted. */
  #queueWords: Int32Array<SharedArrayBuffer>;
  #queueBytes: DataView<SharedArrayBuffer>;
  /** Of each item of the file that is being written, where it goes, and in what order. */
  #blocks = new Int32Array(1024);
  #order = new Float64Array(1024);
  /** The files that the last write has written. */
  #written: number[] = [];
  /** Files up to here have been prepared. */
  #prepared = 0;

  constructor(parts: BlockLayoutParts) {
    const { store, table, meter, blockBytes, pageWords } = parts;
    this.#parts = parts;
    this.meter = meter;
    this.#store = store;
    this.#storeWords = store.words;
    this.#table = table;
    this.#pageWords = pageWords;
    this.#blocksPerExtent = extentBlocks(blockBytes);
    this.#batch = new BlockBatch(table.size);
    const { words, bytes } = this.#batch;
    this.#image = { block: 0, shard: 0, page: 0, version: 0, words, bytes, start: 0, end: 0 };
    this.#queueWords = words;
    this.#queueBytes = bytes;
  }

  /** There is room for a bit; whether there is for the record, the store says. */
  hasRoom(): boolean {
    return true;
  }

  note(shard: number, entry: number): void {
    this.#table.mark(shard, ((entry - this.#store.arenaStart(shard)) / this.#pageWords) | 0);
  }

  take(shard: number): void {
    const store = this.#store;
    const table = this.#table;
    const pageWords = this.#pageWords;
    const version = store.version(shard);
    const start = store.arenaStart(shard);
    const arenaEnd = store.arenaEnd(shard);
    let page = table.nextMarked(shard, 0);
    while (page >= 0) {
      // Pages in a row are copied at once.
      const after = table.nextUnmarked(shard, page);
      const from = start + page * pageWords;
      const to = Math.min(start + after * pageWords, arenaEnd);
      const copy = this.#batch.copy(this.#storeWords, from, to);
      const copyEnd = copy + to - from;
      for (let at = copy; page < after; page++, at += pageWords) {
        this.#batch.add(shard, page, version, at, Math.min(at + pageWords, copyEnd), false);
      }
      page = table.nextMarked(shard, after);
    }
    table.clearMarks(shard);
  }

  /** The shard's version, then each page's number, how many words it has, and those. */
  serialize(shard: number, out: OutputBuffer): number {
    const store = this.#store;
    const table = this.#table;
    const start = store.arenaStart(shard);
    const arenaEnd = store.arenaEnd(shard);
    out.view.setFloat64(0, store.version(shard), true);
    let position = VERSION_BYTES;
    for (let page = table.nextMarked(shard, 0); page >= 0; page = table.nextMarked(shard, page + 1)) {
      const from = start + page * this.#pageWords;
      const bytes = (Math.min(from + this.#pageWords, arenaEnd) - from) * WORD_BYTES;
      out.reserve(position, PAGE_HEAD_BYTES + bytes + IMAGE_EXCESS_BYTES);
      out.view.setInt32(position, page, true);
      out.view.setInt32(position + WORD_BYTES, bytes / WORD_BYTES, true);
      position += PAGE_HEAD_BYTES;
      out.bytes.set(new Uint8Array(this.#storeWords.buffer, from * WORD_BYTES, bytes), position);
      position += bytes;
    }
    table.clearMarks(shard);
    return position + IMAGE_EXCESS_BYTES;
  }

  accept(shard: number, bytes: Uint8Array): void {
    const buffer = bytes.buffer as SharedArrayBuffer;
    if (this.#queueWords.buffer !== buffer) {
      this.#queueWords = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / WORD_BYTES));
      this.#queueBytes = new DataView(buffer);
    }
    const words = this.#queueWords;
    const version = this.#queueBytes.getFloat64(bytes.byteOffset, true);
    const end = (bytes.byteOffset + bytes.byteLength - IMAGE_EXCESS_BYTES) / WORD_BYTES;
    let superseded = 0;
    for (let at = (bytes.byteOffset + VERSION_BYTES) / WORD_BYTES; at < end;) {
      const start = at + PAGE_HEAD_BYTES / WORD_BYTES;
      const pageEnd = start + words[at + 1]!;
      if (this.#batch.add(shard, words[at]!, version, start, pageEnd, true)) superseded++;
      at = pageEnd;
    }
    this.meter.countSuperseded(superseded);
  }

  write(): void {
    const batch = this.#batch;
    this.#written = [...batch.files];
    for (const file of this.#written) this.#writeFile(file);
    batch.clear();
  }

  makeDurable(): boolean {
    const { files, sync } = this.#parts;
    if (sync === "none") return false;
    for (const file of this.#written) files.sync(file);
    return true;
  }

  /** Shard by shard, so that only one at a time is copied. */
  rewrite(file: number): void {
    const { shards, files } = this.#table.size;
    const shardsPerFile = shards / files;
    for (let shard = file * shardsPerFile; shard < (file + 1) * shardsPerFile; shard++) {
      const words = this.#store.arenaEnd(shard) - this.#store.arenaStart(shard);
      this.#table.markBelow(shard, Math.ceil(words / this.#pageWords));
      this.take(shard);
      this.write();
    }
    this.#written = [file];
    this.makeDurable();
  }

  /** Each write is durable already. */
  makeAllDurable(): void {
    this.#parts.files.close();
  }

  /** Creates the files that are not there yet, one after the other. */
  maintain(): boolean {
    const { files, locks } = this.#parts;
    const table = this.#table;
    while (this.#prepared < table.size.files && table.extents(this.#prepared) > 0) this.#prepared++;
    if (this.#prepared === table.size.files) return false;
    const file = this.#prepared;
    locks.lock(file);
    try {
      files.reserve(file, 0);
    } finally {
      locks.unlock(file);
    }
    return true;
  }

  abandon(): void {
    // Each piece of maintenance is complete when it returns.
  }

  #writeFile(file: number): void {
    const { files, blockBytes } = this.#parts;
    const count = this.#placeItems(file);
    const order = this.#order.subarray(0, count).sort();
    let firstPlace = 0;
    let length = 0;
    for (let i = 0; i < count; i++) {
      const item = order[i]! % ORDER_ITEMS_MAX;
      const place = (order[i]! - item) / ORDER_ITEMS_MAX;
      if (length > 0 && (place * blockBytes !== firstPlace * blockBytes + length || length >= PIECE_BYTES)) {
        files.write(file, firstPlace, this.#out.bytes.subarray(0, length));
        length = 0;
      }
      if (length === 0) firstPlace = place;
      this.#encode(item, this.#blocks[item]!, length);
      length += blockBytes;
    }
    if (length > 0) files.write(file, firstPlace, this.#out.bytes.subarray(0, length));
    this.#recordWritten(file);
    this.meter.countBlocks(count, count * blockBytes);
  }

  /** Finds out where each of a file's items goes; pages that have no block get one. Returns the number of items. */
  #placeItems(file: number): number {
    const batch = this.#batch;
    const table = this.#table;
    if (batch.count > this.#blocks.length) {
      this.#blocks = new Int32Array(2 * batch.count);
      this.#order = new Float64Array(2 * batch.count);
    }
    let used = table.used(file);
    let count = 0;
    for (let item = batch.first(file); item >= 0; item = batch.next(item)) {
      const block = table.block(batch.shard(item), batch.page(item));
      this.#blocks[item] = block >= 0 ? block : used++;
      count++;
    }
    this.#parts.files.reserve(file, used);
    let i = 0;
    for (let item = batch.first(file); item >= 0; item = batch.next(item)) {
      const place = placeOf(this.#blocks[item]!, this.#nextSide(item), this.#blocksPerExtent);
      this.#order[i++] = place * ORDER_ITEMS_MAX + item;
    }
    return count;
  }

  /** The place that an item's page has not been written to last. */
  #nextSide(item: number): PlaceSide {
    const shard = this.#batch.shard(item);
    const page = this.#batch.page(item);
    return this.#table.block(shard, page) >= 0 && this.#table.side(shard, page) === 0 ? 1 : 0;
  }

  #recordWritten(file: number): void {
    const batch = this.#batch;
    const table = this.#table;
    let used = table.used(file);
    for (let item = batch.first(file); item >= 0; item = batch.next(item)) {
      const block = this.#blocks[item]!;
      used = Math.max(used, block + 1);
      table.setWritten(batch.shard(item), batch.page(item), block, this.#nextSide(item));
    }
    table.setUsed(file, used);
  }

  #encode(item: number, block: number, position: number): void {
    const { codec, blockBytes } = this.#parts;
    const batch = this.#batch;
    const image = this.#image;
    const isQueued = batch.isQueued(item);
    image.block = block;
    image.shard = batch.shard(item);
    image.page = batch.page(item);
    image.version = batch.version(item);
    image.words = isQueued ? this.#queueWords : batch.words;
    image.bytes = isQueued ? this.#queueBytes : batch.bytes;
    image.start = batch.start(item);
    image.end = batch.end(item);
    codec.encode(image, this.#out, position, blockBytes);
  }
}
