/**
 * Arenas that are divided into pages, each of which can be persisted by itself. What deletes, and values that have
 * shrunk or moved, leave behind in a page is used again.
 *
 * @module
 */
import type { Arenas, StoreMemory } from "./arena.ts";
import { hashKey } from "./hash.ts";
import { PaddedBytes } from "./padded_bytes.ts";
import { jsonRoomOf } from "./pages.ts";
import {
  ENTRY_CAPACITY,
  ENTRY_HEADER_WORDS,
  ENTRY_KEY_LENGTH,
  ENTRY_VALUE_LENGTH,
  entryWords,
  findEntry,
  linkEntry,
  nextEntry,
  SPECIAL_KEY,
  unlinkEntry,
  UNUSED_ANY,
  wordsFor,
  writeEntry,
  writeValue,
} from "./shard.ts";
import { type PageSize, pageTableOf } from "./store_size.ts";

const WORD_BITS = 32;
const DEAD = 1 << 31;

/** The part of a page that is kept for values that may grow, as a shift. */
const SLACK_SHIFT = 4;

/** How many words an entry may leave unused when a value is written in place, so that not each change moves it. */
export function pageUnusedMax({ words }: PageSize): number {
  return Math.max(ENTRY_HEADER_WORDS - 1, words >> 6);
}

/**
 * The arenas of a store with pages.
 *
 * An entry lies wholly in one page, among others in a row from the page's start on, some of them dead. It has just the
 * room that its value takes. A value that outgrows it moves to the end of the same page if that has room once it has
 * been compacted, and otherwise to the first page that has. A new key goes to the first page with room, too, so that
 * those behind get empty as their keys are deleted. Each page that changes is marked until somebody has copied it.
 *
 * Behind a shard's pages lies their table: for each page, where its last entry ends, in words from the page's start;
 * then, for each page, the words that its live entries take; then a bit for each page that has changed.
 *
 * Invariant 1: only the holder of the shard's lock reads or changes its pages and their table. Compacting a page moves
 * its entries, so that nobody keeps the index of one when it lets go of the lock.
 * Invariant 2: a page's live entries take what the table says, and they fit in it. So a page has room for what fits
 * besides, and a shard never says that it is full as long as its keys are those that it was sized for: the pages that
 * a value of the longest size does not fit hold as many keys as of that size would.
 * Invariant 3: each key is in the index, and on one page only. What differs from what was copied last lies on pages
 * that are marked, both where a key has moved to and where it has moved from.
 */
export class PagedArenas implements Arenas {
  /** Pages of each shard. */
  readonly pagesPerShard: number;
  readonly #memory: StoreMemory;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #pageWords: number;
  readonly #jsonRoom: boolean;
  readonly #valueWordsMax: number;
  /** The parts of the table, as offsets in a region. */
  readonly #used: number;
  readonly #live: number;
  readonly #changed: number;
  readonly #changedWords: number;
  readonly #key = new PaddedBytes(64);

  constructor(memory: StoreMemory, pages: PageSize) {
    const { pagesPerShard, changedWords } = pageTableOf(memory.size);
    this.pagesPerShard = pagesPerShard;
    this.#memory = memory;
    this.#words = memory.words;
    this.#pageWords = pages.words;
    this.#jsonRoom = pages.jsonRoom;
    this.#valueWordsMax = wordsFor(memory.size.valueCapacityMin ?? 0);
    this.#used = memory.arenaStart + pagesPerShard * pages.words;
    this.#live = this.#used + pagesPerShard;
    this.#changed = this.#live + pagesPerShard;
    this.#changedWords = changedWords;
  }

  place(shard: number, old: number, hash: number, key: PaddedBytes, value: PaddedBytes): number {
    const memory = this.#memory;
    const region = memory.region(shard);
    const room = this.roomOf(key, value);
    const needed = entryWords(key.length, room);
    let page: number;
    if (old !== 0) {
      const oldPage = this.#pageOf(region, old);
      const oldWords = nextEntry(this.#words, old) - old;
      if (needed <= oldWords) {
        this.#shrink(region, old, needed, value);
        return old;
      }
      const fits = this.#words[region + this.#live + oldPage]! - oldWords + needed <= this.#pageWords;
      page = fits ? oldPage : this.#pageFor(shard, needed, room);
    } else page = memory.isFull(shard) ? -1 : this.#pageFor(shard, needed, room);
    return page < 0 ? 0 : this.#put(shard, page, old, hash, { key, value, room, needed });
  }

  /**
   * Puts an entry that is read from a file on a page, in place of the key's entry on another, which is then marked as
   * changed. The page itself is as it is in the file.
   *
   * @returns where the entry starts; 0 when there is no room
   */
  load(shard: number, page: number, hash: number, key: PaddedBytes, value: PaddedBytes): number {
    const region = this.#memory.region(shard);
    const old = findEntry(this.#words, region, this.#memory.slots - 1, hash, key);
    const room = this.roomOf(key, value);
    const needed = entryWords(key.length, room);
    const used = page < this.pagesPerShard ? this.#words[region + this.#used + page]! : this.#pageWords;
    if (used + needed > this.#pageWords || (old === 0 && this.#memory.isFull(shard))) return 0;
    const wasChanged = this.nextChanged(shard, page) === page;
    const entry = this.#put(shard, page, old, hash, { key, value, room, needed });
    if (!wasChanged) this.#unmark(region, page);
    return entry;
  }

  free(shard: number, entry: number): void {
    const region = this.#memory.region(shard);
    this.#leave(region, this.#pageOf(region, entry), nextEntry(this.#words, entry) - entry);
  }

  /** Room that a value needs, in bytes. */
  roomOf(key: PaddedBytes, value: PaddedBytes): number {
    return this.#jsonRoom ? jsonRoomOf(key, value) : value.length;
  }

  /** Whether a page could hold an entry. */
  fitsPage(key: PaddedBytes, value: PaddedBytes): boolean {
    return entryWords(key.length, this.roomOf(key, value)) <= this.#pageWords;
  }

  /** How many of a shard's pages have ever had an entry, up to the last of these. */
  pagesInUse(shard: number): number {
    return (this.#memory.arenaEnd(shard) - this.#memory.arenaStart) / this.#pageWords;
  }

  /** Where a page starts, as an index of the store's words. */
  start(shard: number, page: number): number {
    return this.#memory.region(shard) + this.#memory.arenaStart + page * this.#pageWords;
  }

  /** The index after a page's last entry. */
  end(shard: number, page: number): number {
    return this.start(shard, page) + this.#words[this.#memory.region(shard) + this.#used + page]!;
  }

  /** Marks the page of an entry that has been changed in place. */
  markChanged(shard: number, entry: number): void {
    const region = this.#memory.region(shard);
    this.#mark(region, this.#pageOf(region, entry));
  }

  /** Marks all pages that a shard has ever used as changed. */
  markAll(shard: number): void {
    const region = this.#memory.region(shard);
    for (let page = this.pagesInUse(shard) - 1; page >= 0; page--) this.#mark(region, page);
  }

  /** The first changed page, starting at this one; -1 when there is none. */
  nextChanged(shard: number, page: number): number {
    const row = this.#memory.region(shard) + this.#changed;
    for (let i = page >> 5; i < this.#changedWords; i++) {
      let bits = this.#words[row + i]!;
      if (i === page >> 5) bits &= -1 << (page & 31);
      if (bits !== 0) return i * WORD_BITS + 31 - Math.clz32(bits & -bits);
    }
    return -1;
  }

  /** The first unchanged page, starting at this one; it may be past the last. */
  nextUnchanged(shard: number, page: number): number {
    const row = this.#memory.region(shard) + this.#changed;
    let next = page;
    while (next < this.pagesPerShard && (this.#words[row + (next >> 5)]! & 1 << (next & 31)) !== 0) next++;
    return next;
  }

  /** Unmarks all of a shard's pages, which have been copied. */
  clearChanged(shard: number): void {
    const row = this.#memory.region(shard) + this.#changed;
    for (let i = 0; i < this.#changedWords; i++) this.#words[row + i] = 0;
  }

  #put(
    shard: number,
    page: number,
    old: number,
    hash: number,
    { key, value, room, needed }: { key: PaddedBytes; value: PaddedBytes; room: number; needed: number },
  ): number {
    const memory = this.#memory;
    const words = this.#words;
    const region = memory.region(shard);
    const start = region + memory.arenaStart + page * this.#pageWords;
    const used = region + this.#used + page;
    let linked = old;
    if (old !== 0) {
      const oldPage = this.#pageOf(region, old);
      const oldWords = nextEntry(words, old) - old;
      // Where the old entry is about to be written over, it must not be in the index any more.
      if (words[used]! + needed > this.#pageWords || words[region + this.#live + oldPage] === oldWords) {
        unlinkEntry(words, region, memory.slots - 1, hash, old);
        linked = 0;
      }
      this.#leave(region, oldPage, oldWords);
    } else memory.addToCount(shard, 1);
    if (words[used]! + needed > this.#pageWords) this.#compact(region, page);
    const entry = start + words[used]!;
    writeEntry(words, entry, key, value, room);
    linkEntry(words, region, memory.slots - 1, hash, entry, linked);
    words[used]! += needed;
    words[region + this.#live + page]! += needed;
    this.#mark(region, page);
    if (page >= this.pagesInUse(shard)) memory.setArenaEnd(shard, memory.arenaStart + (page + 1) * this.#pageWords);
    return entry;
  }

  /** Writes a shorter value in place, and turns what that leaves unused into a dead entry, if one fits there. */
  #shrink(region: number, entry: number, needed: number, value: PaddedBytes): void {
    const words = this.#words;
    const page = this.#pageOf(region, entry);
    const keyLength = words[entry + ENTRY_KEY_LENGTH]!;
    const left = nextEntry(words, entry) - entry - needed;
    if (left >= ENTRY_HEADER_WORDS) {
      const capacity = (needed - entryWords(keyLength, 0)) * Int32Array.BYTES_PER_ELEMENT;
      words[entry + ENTRY_CAPACITY] = capacity | words[entry + ENTRY_CAPACITY]! & SPECIAL_KEY;
      const dead = entry + needed;
      words[dead + ENTRY_KEY_LENGTH] = DEAD;
      words[dead + ENTRY_VALUE_LENGTH] = 0;
      words[dead + ENTRY_CAPACITY] = (left - ENTRY_HEADER_WORDS) * Int32Array.BYTES_PER_ELEMENT;
      words[region + this.#live + page]! -= left;
    }
    writeValue(words, entry, keyLength, value, UNUSED_ANY);
    this.#mark(region, page);
  }

  /**
   * The first page with room for a value that has to be placed; the next one that was never used, if none keeps some
   * for its values to grow besides; -1 if there is no room on any. Values that are as long as any is are taken to
   * stay so.
   */
  #pageFor(shard: number, needed: number, room: number): number {
    const slack = wordsFor(room) < this.#valueWordsMax ? this.#pageWords >> SLACK_SHIFT : 0;
    if (needed > this.#pageWords) return -1;
    const inUse = this.pagesInUse(shard);
    const page = this.#firstWithin(shard, inUse, this.#pageWords - needed - slack);
    if (page >= 0) return page;
    return inUse < this.pagesPerShard ? inUse : this.#firstWithin(shard, inUse, this.#pageWords - needed);
  }

  /** The first of so many pages whose live entries take at most so many words; -1 if none does. */
  #firstWithin(shard: number, pages: number, liveMax: number): number {
    const words = this.#words;
    const row = this.#memory.region(shard) + this.#live;
    for (let page = 0; page < pages; page++) if (words[row + page]! <= liveMax) return page;
    return -1;
  }

  /** Counts an entry of so many words as no longer live. */
  #leave(region: number, page: number, words: number): void {
    const left = this.#words[region + this.#live + page]! - words;
    this.#words[region + this.#live + page] = left;
    if (left === 0) this.#words[region + this.#used + page] = 0;
    this.#mark(region, page);
  }

  /** Moves a page's live entries together, over the dead ones. */
  #compact(region: number, page: number): void {
    const words = this.#words;
    const start = region + this.#memory.arenaStart + page * this.#pageWords;
    const end = start + words[region + this.#used + page]!;
    let to = start;
    for (let entry = start, next = start; entry < end; entry = next) {
      next = nextEntry(words, entry);
      if (words[entry]! < 0) continue;
      if (to < entry) this.#move(region, entry, next, to);
      to += next - entry;
    }
    words[region + this.#used + page] = to - start;
  }

  #move(region: number, entry: number, next: number, to: number): void {
    const words = this.#words;
    const key = this.#key;
    const keyLength = words[entry + ENTRY_KEY_LENGTH]!;
    key.reserve(keyLength);
    for (let i = 0; i < wordsFor(keyLength); i++) key.words[i] = words[entry + ENTRY_HEADER_WORDS + i]!;
    linkEntry(words, region, this.#memory.slots - 1, hashKey(key.words, keyLength), to, entry);
    for (let from = entry; from < next; from++) words[to + from - entry] = words[from]!;
    // Linking has marked it as dead.
    words[to + ENTRY_KEY_LENGTH] = keyLength;
  }

  #pageOf(region: number, entry: number): number {
    return ((entry - region - this.#memory.arenaStart) / this.#pageWords) | 0;
  }

  #mark(region: number, page: number): void {
    this.#words[region + this.#changed + (page >> 5)]! |= 1 << (page & 31);
  }

  #unmark(region: number, page: number): void {
    this.#words[region + this.#changed + (page >> 5)]! &= ~(1 << (page & 31));
  }
}
