/**
 * What a store knows of its shards' pages.
 *
 * @module
 */
import type { StoreMemory } from "./arena.ts";
import { pageTableOf } from "./store_size.ts";

const WORD_BITS = 32;

/**
 * The tables behind the pages of each shard, in words: for each page, where its last entry ends, from the page's start;
 * then, for each page, what its live entries take; then what those of all pages take; then a bit for each page that has
 * changed.
 *
 * Only the holder of the shard's lock reads or changes a table.
 */
export class PageTable {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #pagesPerShard: number;
  /** The parts of a table, as offsets in a region. */
  readonly #used: number;
  readonly #live: number;
  readonly #total: number;
  readonly #changed: number;
  readonly #changedWords: number;

  /** @param start the offset in a region where the table starts */
  constructor(memory: StoreMemory, start: number) {
    const { pagesPerShard, changedWords } = pageTableOf(memory.size);
    this.#words = memory.words;
    this.#pagesPerShard = pagesPerShard;
    this.#used = start;
    this.#live = this.#used + pagesPerShard;
    this.#total = this.#live + pagesPerShard;
    this.#changed = this.#total + 1;
    this.#changedWords = changedWords;
  }

  /** How many words of a page have entries, dead ones included. */
  used(region: number, page: number): number {
    return this.#words[region + this.#used + page]!;
  }

  setUsed(region: number, page: number, words: number): void {
    this.#words[region + this.#used + page] = words;
  }

  /** How many words a page's live entries take. */
  live(region: number, page: number): number {
    return this.#words[region + this.#live + page]!;
  }

  /** How many words the live entries of all of a shard's pages take. */
  total(region: number): number {
    return this.#words[region + this.#total]!;
  }

  addLive(region: number, page: number, change: number): void {
    this.#words[region + this.#live + page]! += change;
    this.#words[region + this.#total]! += change;
  }

  /** The first of so many pages whose live entries take at most so many words; -1 if none does. */
  firstWithin(region: number, pages: number, liveMax: number): number {
    const words = this.#words;
    const row = region + this.#live;
    for (let page = 0; page < pages; page++) if (words[row + page]! <= liveMax) return page;
    return -1;
  }

  /** Marks a page as changed. */
  mark(region: number, page: number): void {
    this.#words[region + this.#changed + (page >> 5)]! |= 1 << (page & 31);
  }

  unmark(region: number, page: number): void {
    this.#words[region + this.#changed + (page >> 5)]! &= ~(1 << (page & 31));
  }

  unmarkAll(region: number): void {
    const row = region + this.#changed;
    for (let i = 0; i < this.#changedWords; i++) this.#words[row + i] = 0;
  }

  /** The first changed page, starting at this one; -1 when there is none. */
  nextChanged(region: number, page: number): number {
    const row = region + this.#changed;
    for (let i = page >> 5; i < this.#changedWords; i++) {
      let bits = this.#words[row + i]!;
      if (i === page >> 5) bits &= -1 << (page & 31);
      if (bits !== 0) return i * WORD_BITS + 31 - Math.clz32(bits & -bits);
    }
    return -1;
  }

  /** The first unchanged page, starting at this one; it may be past the last. */
  nextUnchanged(region: number, page: number): number {
    const row = region + this.#changed;
    let next = page;
    while (next < this.#pagesPerShard && (this.#words[row + (next >> 5)]! & 1 << (next & 31)) !== 0) next++;
    return next;
  }
}
