/**
 * The block layout: a write writes the blocks that have changed, each to its own place in the file.
 *
 * @module
 */
import { type BlockImage, IMAGE_EXCESS_BYTES } from "../../../codec/block/block_codec.ts";
import { OutputBuffer } from "../../../codec/output_buffer.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import { isSynced } from "../../durability.ts";
import type { WriterMeter } from "../../write_meter.ts";
import type { Layout } from "../layout.ts";
import { BlockBatch } from "./block_batch.ts";
import { BlockPlacement, itemOf, placeIn } from "./block_placement.ts";
import { BlockShrinker, type BlockShrinkerParts } from "./block_shrinker.ts";
import type { BlockTable } from "./block_table.ts";

/** What a {@linkcode BlockLayout} works with. */
export interface BlockLayoutParts extends BlockShrinkerParts {
  readonly store: SharedStore;
}

/** Consecutive blocks are written in pieces of about this many bytes: few calls, yet still in the cache. */
const PIECE_BYTES = 256 * 1024;

/** Bytes that {@linkcode BlockLayout.serialize} writes before the words of each page, and before all pages. */
const PAGE_HEAD_BYTES = 8;
const VERSION_BYTES = 8;

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/**
 * Writes the pages of the store's arenas that have changed, each into its own block.
 *
 * The store marks each page that a put or a delete changes, a take copies the pages that are marked, a write encodes
 * the copies. An entry lies in one page, and so in one block. A block has two places, written alternately: a write
 * overwrites the older of its two images.
 *
 * Invariant 1: of each shard, what a write writes is all that has changed since the one before, and each image of it
 * says at which version, and how many there are ({@linkcode BlockImage}). A reader takes them only if all are there,
 * and otherwise the images before them. So the shard is found as it was at the one version or the other, whichever of
 * the blocks reach the disk, and in which order: a key that has moved is in just one of its pages, and a deleted one
 * in none. (`stored_blocks.ts` reads.)
 * Invariant 2: no image is overwritten that a reader may have to fall back on. A newer one goes into the block's other
 * place. Until its write has returned, the table points to the older one's place; and until it has been synced, at sync
 * levels above none, nobody else writes the file: that happens under its lock, which is also what makes one write of a
 * shard follow another.
 *
 * So what survives a crash is a prefix of each shard's puts and deletes.
 */
export class BlockLayout implements Layout {
  /** A queued item supersedes older copies of its own pages only, which the batch takes care of. */
  readonly supersedes = false;
  readonly isBehind = false;
  readonly meter: WriterMeter;
  readonly #parts: BlockLayoutParts;
  readonly #store: SharedStore;
  readonly #storeWords: Int32Array<SharedArrayBuffer>;
  readonly #table: BlockTable;
  readonly #batch: BlockBatch;
  readonly #placement: BlockPlacement;
  readonly #image: BlockImage;
  readonly #out = new OutputBuffer(2 * PIECE_BYTES);
  /** The queue's memory by word and by byte, once something from it has been accepted. */
  #queueWords: Int32Array<SharedArrayBuffer>;
  #queueBytes: DataView<SharedArrayBuffer>;
  /** The files of the last write. */
  #written: number[] = [];
  readonly #shrinker: BlockShrinker;
  /** Files below this index have been prepared. */
  #prepared = 0;

  constructor(parts: BlockLayoutParts) {
    const { store, table, meter, blockBytes } = parts;
    this.#parts = parts;
    this.meter = meter;
    this.#store = store;
    this.#storeWords = store.words;
    this.#table = table;
    this.#batch = new BlockBatch(table.size);
    this.#placement = new BlockPlacement(this.#batch, { table, blockBytes });
    this.#shrinker = new BlockShrinker(parts);
    const { words, bytes } = this.#batch;
    this.#image = { block: 0, shard: 0, page: 0, version: 0, together: 0, words, bytes, start: 0, end: 0 };
    this.#queueWords = words;
    this.#queueBytes = bytes;
  }

  /** Whether an entry fits is up to the store. */
  hasRoom(): boolean {
    return true;
  }

  note(): void {
    // The store marks what has changed.
  }

  noteDelete(): void {
    // Likewise.
  }

  giveBackRoom(): void {
    // Nothing takes any.
  }

  take(shard: number): void {
    const { pages } = this.#store;
    const version = this.#store.version(shard);
    let page = pages.nextChanged(shard, 0);
    while (page >= 0) {
      // Consecutive pages are copied at once.
      const after = pages.nextUnchanged(shard, page);
      const from = pages.start(shard, page);
      const copy = this.#batch.copy(this.#storeWords, from, pages.end(shard, after - 1)) - from;
      for (; page < after; page++) {
        this.#batch.add(shard, page, version, copy + pages.start(shard, page), copy + pages.end(shard, page), false);
      }
      page = pages.nextChanged(shard, after);
    }
    pages.clearChanged(shard);
  }

  /** Writes the shard's version, then for each page its number, its length in words, and its words. */
  serialize(shard: number, out: OutputBuffer): number {
    const storeWords = this.#storeWords;
    const { pages } = this.#store;
    out.view.setFloat64(0, this.#store.version(shard), true);
    let position = VERSION_BYTES;
    for (let page = pages.nextChanged(shard, 0); page >= 0; page = pages.nextChanged(shard, page + 1)) {
      const from = pages.start(shard, page);
      const bytes = (pages.end(shard, page) - from) * WORD_BYTES;
      out.reserve(position, PAGE_HEAD_BYTES + bytes + IMAGE_EXCESS_BYTES);
      out.view.setInt32(position, page, true);
      out.view.setInt32(position + WORD_BYTES, bytes / WORD_BYTES, true);
      position += PAGE_HEAD_BYTES;
      out.bytes.set(new Uint8Array(storeWords.buffer, storeWords.byteOffset + from * WORD_BYTES, bytes), position);
      position += bytes;
    }
    pages.clearChanged(shard);
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
    if (!isSynced(sync)) return false;
    for (const file of this.#written) files.sync(file);
    return true;
  }

  /** Shard by shard, so that only one at a time is copied. */
  rewrite(file: number): void {
    const { shards, files } = this.#table.size;
    const shardsPerFile = shards / files;
    for (let shard = file * shardsPerFile; shard < (file + 1) * shardsPerFile; shard++) {
      this.#store.pages.markAll(shard);
      this.take(shard);
      this.write();
    }
    this.#written = [file];
    this.makeDurable();
  }

  /** Each write is durable already, and the files say so. */
  makeAllDurable(): void {
    const { files } = this.#parts;
    files.markSynced();
    files.close();
  }

  checkLengths(): void {
    this.#parts.files.checkLengths();
  }

  /** Creates the missing files, one at a time, and then makes those smaller whose pages have got empty. */
  maintain(): boolean {
    const { files, locks } = this.#parts;
    const table = this.#table;
    while (this.#prepared < table.size.files && table.extents(this.#prepared) > 0) this.#prepared++;
    if (this.#prepared === table.size.files) return this.#shrinker.shrinkOne();
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
    const placement = this.#placement;
    files.reserve(file, placement.choose(file));
    const order = placement.sorted(file);
    let firstPlace = 0;
    let length = 0;
    for (let i = 0; i < order.length; i++) {
      const item = itemOf(order[i]!);
      const place = placeIn(order[i]!);
      if (length > 0 && (place * blockBytes !== firstPlace * blockBytes + length || length >= PIECE_BYTES)) {
        files.write(file, firstPlace, this.#out.bytes.subarray(0, length));
        length = 0;
      }
      if (length === 0) firstPlace = place;
      this.#encode(item, placement.block(item), length);
      length += blockBytes;
    }
    if (length > 0) files.write(file, firstPlace, this.#out.bytes.subarray(0, length));
    placement.record(file);
    this.meter.countBlocks(order.length, order.length * blockBytes);
  }

  #encode(item: number, block: number, position: number): void {
    const { codec, blockBytes } = this.#parts;
    const batch = this.#batch;
    const image = this.#image;
    const isQueued = batch.isQueued(item);
    image.block = block;
    image.shard = batch.shard(item);
    image.page = batch.page(item);
    image.version = batch.shardVersion(image.shard);
    image.together = batch.shardPages(image.shard);
    image.words = isQueued ? this.#queueWords : batch.words;
    image.bytes = isQueued ? this.#queueBytes : batch.bytes;
    image.start = batch.start(item);
    image.end = batch.end(item);
    codec.encode(image, this.#out, position, blockBytes);
  }
}
