/**
 * The pages, grouped by file, that one thread has copied or been handed but not yet written.
 *
 * @module
 */
import { IMAGE_EXCESS_BYTES } from "../../../codec/block/block_codec.ts";

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** Words of an item. */
const ITEM_WORDS = 6;
const ITEM_NEXT = 0;
const ITEM_SHARD = 1;
const ITEM_PAGE = 2;
/** Where its words begin and end, in this batch's memory or in the queue's. */
const ITEM_START = 3;
const ITEM_END = 4;
const ITEM_IS_QUEUED = 5;

const NONE = -1;

/**
 * Pages, each at most once: a newer copy replaces an older one. The memory is reused for each batch and grows as
 * needed. It is a SharedArrayBuffer like the store's, although nobody shares it, so that encoders see only one kind of
 * array.
 */
export class BlockBatch {
  /** The copies, by word and by byte. */
  words = new Int32Array(new SharedArrayBuffer(2 ** 16 + IMAGE_EXCESS_BYTES), 0, 2 ** 14);
  bytes = new DataView(this.words.buffer);
  readonly #shardsPerFile: number;
  readonly #pagesPerShard: number;
  #used = 0;
  #items = new Int32Array(64 * ITEM_WORDS);
  #count = 0;
  /** The files that have items, in the order of their first ones, and the newest item of each. */
  readonly #files: number[] = [];
  readonly #newest: Int32Array<ArrayBuffer>;
  /** By shard and page, the index of the page's item plus one; 0: it has none. */
  readonly #known: Int32Array<ArrayBuffer>;
  /** By shard, the newest version that an item has been added for, and the number of its pages. */
  readonly #shardVersions: Float64Array<ArrayBuffer>;
  readonly #shardPages: Int32Array<ArrayBuffer>;

  constructor(size: { files: number; shards: number; pagesPerShard: number }) {
    const { files, shards, pagesPerShard } = size;
    this.#shardsPerFile = shards / files;
    this.#pagesPerShard = pagesPerShard;
    this.#newest = new Int32Array(files).fill(NONE);
    this.#known = new Int32Array(shards * pagesPerShard);
    this.#shardVersions = new Float64Array(shards);
    this.#shardPages = new Int32Array(shards);
  }

  /** The files that have pages in the batch. */
  get files(): readonly number[] {
    return this.#files;
  }

  /** Number of pages. */
  get count(): number {
    return this.#count;
  }

  /** Copies words after those copied before; returns where they begin. */
  copy(source: Int32Array<SharedArrayBuffer>, start: number, end: number): number {
    const at = this.#used;
    const length = end - start;
    if (at + length > this.words.length) this.#growMemory(at + length);
    this.words.set(source.subarray(start, end), at);
    this.#used = at + length;
    return at;
  }

  /**
   * Adds a page; says whether an older copy of it was in the batch.
   *
   * @param version of the shard; no less than that of what was added of it before
   * @param start where its words begin, and `end` where they end: in the queue's memory when `isQueued`, else in the
   * batch's
   */
  add(shard: number, page: number, version: number, start: number, end: number, isQueued: boolean): boolean {
    const known = this.#known[shard * this.#pagesPerShard + page]!;
    const index = known > 0 ? known - 1 : this.#append(shard, page);
    const item = index * ITEM_WORDS;
    this.#items[item + ITEM_START] = start;
    this.#items[item + ITEM_END] = end;
    this.#items[item + ITEM_IS_QUEUED] = isQueued ? 1 : 0;
    this.#shardVersions[shard] = version;
    return known > 0;
  }

  /**
   * The first of a file's items, in no particular order; {@linkcode BlockBatch.next} gives the others. -1 when there is
   * none.
   */
  first(file: number): number {
    return this.#newest[file]!;
  }

  next(item: number): number {
    return this.#items[item * ITEM_WORDS + ITEM_NEXT]!;
  }

  shard(item: number): number {
    return this.#items[item * ITEM_WORDS + ITEM_SHARD]!;
  }

  page(item: number): number {
    return this.#items[item * ITEM_WORDS + ITEM_PAGE]!;
  }

  /** Whether a page is in the batch. */
  has(shard: number, page: number): boolean {
    return this.#known[shard * this.#pagesPerShard + page]! > 0;
  }

  /** The newest version of a shard that has pages in the batch. */
  shardVersion(shard: number): number {
    return this.#shardVersions[shard]!;
  }

  /** The number of a shard's pages in the batch. */
  shardPages(shard: number): number {
    return this.#shardPages[shard]!;
  }

  start(item: number): number {
    return this.#items[item * ITEM_WORDS + ITEM_START]!;
  }

  end(item: number): number {
    return this.#items[item * ITEM_WORDS + ITEM_END]!;
  }

  isEmpty(item: number): boolean {
    return this.start(item) === this.end(item);
  }

  isQueued(item: number): boolean {
    return this.#items[item * ITEM_WORDS + ITEM_IS_QUEUED] === 1;
  }

  /** Forgets all pages. */
  clear(): void {
    for (let item = 0; item < this.#count; item++) {
      this.#known[this.shard(item) * this.#pagesPerShard + this.page(item)] = 0;
      this.#shardPages[this.shard(item)] = 0;
    }
    for (const file of this.#files) this.#newest[file] = NONE;
    this.#files.length = 0;
    this.#count = 0;
    this.#used = 0;
  }

  #append(shard: number, page: number): number {
    const index = this.#count++;
    if (this.#count * ITEM_WORDS > this.#items.length) this.#growItems();
    const file = Math.floor(shard / this.#shardsPerFile);
    const item = index * ITEM_WORDS;
    if (this.#newest[file] === NONE) this.#files.push(file);
    this.#items[item + ITEM_NEXT] = this.#newest[file]!;
    this.#items[item + ITEM_SHARD] = shard;
    this.#items[item + ITEM_PAGE] = page;
    this.#newest[file] = index;
    this.#shardPages[shard]!++;
    this.#known[shard * this.#pagesPerShard + page] = index + 1;
    return index;
  }

  #growItems(): void {
    const items = new Int32Array(2 * this.#items.length);
    items.set(this.#items);
    this.#items = items;
  }

  #growMemory(words: number): void {
    const length = 2 * words;
    const grown = new Int32Array(new SharedArrayBuffer(length * WORD_BYTES + IMAGE_EXCESS_BYTES), 0, length);
    grown.set(this.words.subarray(0, this.#used));
    this.words = grown;
    this.bytes = new DataView(grown.buffer);
  }
}
