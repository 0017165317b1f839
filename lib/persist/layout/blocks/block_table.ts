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

/**
 * Layout, in 32-bit words, each row of whole cache lines: for each file, how many extents it has (0: there is no file)
 * and how many of its blocks are in use; for each shard, a word for each page that says where it was written last.
 *
 * A page's word is 0 if it was never written, else (block number + 1) * 2 + side, where the side says which of the
 * block's places was written last.
 *
 * Invariant 1: only the holder of the file's lock changes a file's row and its shards' rows of blocks, and only after
 * the file system holds what they say.
 * Invariant 2: a page keeps the same block forever, and no two pages share one.
 */
export class BlockTable {
  readonly size: BlockTableSize;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #rowWords: number;
  readonly #rows: number;

  private constructor({ buffer, size }: BlockTableHandle) {
    const layout = layoutOf(size);
    this.size = size;
    this.#words = new Int32Array(buffer);
    this.#rowWords = layout.rowWords;
    this.#rows = layout.rows;
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

  /** The block that the page was last written to; -1 when it never was. */
  block(shard: number, page: number): number {
    return (this.#words[this.#rows + shard * this.#rowWords + page]! >> 1) - 1;
  }

  /** The place of its block that the page was last written to; meaningless if it never was. */
  side(shard: number, page: number): PlaceSide {
    return (this.#words[this.#rows + shard * this.#rowWords + page]! & 1) as PlaceSide;
  }

  /** Records where the page was written. */
  setWritten(shard: number, page: number, block: number, side: PlaceSide): void {
    this.#words[this.#rows + shard * this.#rowWords + page] = (block + 1) << 1 | side;
  }
}

function layoutOf({ files, shards, pagesPerShard }: BlockTableSize) {
  const rowWords = alignUp(pagesPerShard, LINE_WORDS);
  const rows = files * FILE_WORDS;
  return { rowWords, rows, words: rows + shards * rowWords };
}
