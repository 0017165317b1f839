/**
 * Which block holds which page: the state shared by all threads that write blocks.
 *
 * @module
 */
import { alignUp, LINE_WORDS } from "../../../sync/layout.ts";
import type { PlaceSide } from "./block_format.ts";

/** What {@linkcode BlockTable.attach} needs; structured-cloneable. */
export interface BlockTableHandle {
  readonly buffer: SharedArrayBuffer;
  readonly size: BlockTableSize;
}

/** The dimensions of a table. */
export interface BlockTableSize {
  readonly files: number;
  readonly shards: number;
  readonly pagesPerShard: number;
}

const FILE_WORDS = LINE_WORDS;
const FILE_EXTENTS = 0;
const FILE_USED = 1;
const FILE_EMPTY = 2;

const SIDE = 1;
const EMPTY = 2;
const LAST = 4;
const BLOCK_SHIFT = 3;

/**
 * Layout, in 32-bit words, each row of whole cache lines: for each file, how many extents it has (0: there is no file),
 * how many of its blocks are in use, and how many of these hold empty pages; for each shard, a word for each page that
 * says where it was written last.
 *
 * A page's word is 0 if it has no block. Else bit 0 says which of its block's places was written last, bit 1 whether
 * the page was empty then, bit 2 whether it belongs to what was written last of its shard, and the others are the
 * block's number plus one.
 *
 * Invariant 1: only the holder of the file's lock changes a file's row and its shards' rows of blocks, and only after
 * the file system holds what they say.
 * Invariant 2: no two pages share a block.
 * Invariant 3: a page loses its block only if it is empty and does not belong to what was written last of its shard:
 * that counts only as a whole. Then no image of the page is needed any more; the empty one is overwritten after the one
 * before it.
 */
export class BlockTable {
  readonly size: BlockTableSize;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #rowWords: number;
  readonly #rows: number;
  readonly #pagesPerFile: number;

  private constructor({ buffer, size }: BlockTableHandle) {
    const layout = layoutOf(size);
    this.size = size;
    this.#words = new Int32Array(buffer);
    this.#rowWords = layout.rowWords;
    this.#rows = layout.rows;
    this.#pagesPerFile = size.shards / size.files * size.pagesPerShard;
  }

  /** A table of files that do not exist yet. */
  static create(size: BlockTableSize): BlockTable {
    const { words } = layoutOf(size);
    return new BlockTable({ buffer: new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT), size });
  }

  static attach(handle: BlockTableHandle): BlockTable {
    return new BlockTable(handle);
  }

  handle(): BlockTableHandle {
    return { buffer: this.#words.buffer, size: this.size };
  }

  /** Extents of the file; 0 when there is none. */
  extents(file: number): number {
    return this.#words[file * FILE_WORDS + FILE_EXTENTS]!;
  }

  /** How many of the file's blocks belong to pages. */
  used(file: number): number {
    return this.#words[file * FILE_WORDS + FILE_USED]!;
  }

  setExtents(file: number, extents: number): void {
    this.#words[file * FILE_WORDS + FILE_EXTENTS] = extents;
  }

  setUsed(file: number, blocks: number): void {
    this.#words[file * FILE_WORDS + FILE_USED] = blocks;
  }

  /** How many of the file's blocks hold pages that were empty when they were written. */
  empty(file: number): number {
    return this.#words[file * FILE_WORDS + FILE_EMPTY]!;
  }

  /** The block that the page was last written to; -1 when it has none. */
  block(shard: number, page: number): number {
    return (this.#word(shard, page) >> BLOCK_SHIFT) - 1;
  }

  /** The place of its block that the page was last written to; meaningless if it has none. */
  side(shard: number, page: number): PlaceSide {
    return (this.#word(shard, page) & SIDE) as PlaceSide;
  }

  /** Whether the page can do without its block. */
  isSpare(shard: number, page: number): boolean {
    return (this.#word(shard, page) & (EMPTY | LAST)) === EMPTY;
  }

  /** The number of a file's first page. Pages are numbered shard after shard. */
  firstPage(file: number): number {
    return file * this.#pagesPerFile;
  }

  /** The number of a file's first page, from this one on, that can do without its block; -1 if there is none. */
  nextSpare(file: number, from: number): number {
    const { pagesPerShard } = this.size;
    for (let page = from; page < (file + 1) * this.#pagesPerFile; page++) {
      if (this.isSpare(Math.floor(page / pagesPerShard), page % pagesPerShard)) return page;
    }
    return -1;
  }

  /** Records that something else is about to be what was written last of the shard. */
  beginWrite(shard: number): void {
    const row = this.#rows + shard * this.#rowWords;
    for (let page = 0; page < this.size.pagesPerShard; page++) this.#words[row + page]! &= ~LAST;
  }

  /** Records where the page was written, as part of what was written last of the shard, unless `isLast` is false. */
  setWritten(
    shard: number,
    page: number,
    { block, side, isEmpty, isLast = true }: { block: number; side: PlaceSide; isEmpty: boolean; isLast?: boolean },
  ): void {
    this.#set(shard, page, (block + 1) << BLOCK_SHIFT | (isLast ? LAST : 0) | (isEmpty ? EMPTY : 0) | side);
  }

  /** Records that the page is at another place, as it was written before. */
  setMoved(shard: number, page: number, block: number, side: PlaceSide): void {
    this.#set(shard, page, (block + 1) << BLOCK_SHIFT | this.#word(shard, page) & (LAST | EMPTY) | side);
  }

  /** Takes the page's block away. */
  release(shard: number, page: number): void {
    this.#set(shard, page, 0);
  }

  #word(shard: number, page: number): number {
    return this.#words[this.#rows + shard * this.#rowWords + page]!;
  }

  #set(shard: number, page: number, word: number): void {
    const file = Math.floor(shard * this.size.files / this.size.shards);
    const change = (word & EMPTY) - (this.#word(shard, page) & EMPTY);
    this.#words[file * FILE_WORDS + FILE_EMPTY]! += change / EMPTY;
    this.#words[this.#rows + shard * this.#rowWords + page] = word;
  }
}

function layoutOf({ files, shards, pagesPerShard }: BlockTableSize) {
  const rowWords = alignUp(pagesPerShard, LINE_WORDS);
  const rows = files * FILE_WORDS;
  return { rowWords, rows, words: rows + shards * rowWords };
}
