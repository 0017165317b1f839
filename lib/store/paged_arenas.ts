/**
 * Arenas that are divided into pages, each of which can be persisted by itself. What deletes, and values that have
 * shrunk or moved, leave behind in a page is used again.
 *
 * @module
 */
import type { Arenas, StoreMemory } from "./arena.ts";
import { hashKey } from "./hash.ts";
import { PaddedBytes } from "./padded_bytes.ts";
import { PageTable } from "./page_table.ts";
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
  readValue,
  unlinkEntry,
  UNUSED_ANY,
  wordsFor,
  writeEntry,
  writeValue,
} from "./shard.ts";
import { type PageSize, pageTableOf } from "./store_size.ts";

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const DEAD = 1 << 31;

/** The part of a page that is kept for values that may grow, as a shift. */
const SLACK_SHIFT = 4;

/** Pages are taken to be full up to this part, as a shift, where fewer of them would do. */
const SPARE_SHIFT = 4;

/** How many words an entry may leave unused when a value is written in place, so that not each change moves it. */
export function pageUnusedMax({ words }: PageSize): number {
  return Math.max(ENTRY_HEADER_WORDS - 1, words >> 6);
}

/**
 * The arenas of a store with pages.
 *
 * An entry lies wholly in one page, among others in a row from the page's start on, some of them dead. It has just the
 * room that its value takes, or a little more where a shorter value has been written in place. A value that outgrows it
 * moves to the end of the same page if that has room once it has been compacted, and otherwise to the first page that
 * has. A new key goes to the first page with room, too, so that those behind get empty as their keys are deleted; and
 * if the pages before could hold all that is live, so does a value of another size. Each page that changes is marked
 * until somebody has copied it.
 *
 * Behind a shard's pages lies their {@linkcode PageTable}.
 *
 * Invariant 1: only the holder of the shard's lock reads or changes its pages and their table. Compacting a page moves
 * its entries, so that nobody keeps the index of one when it lets go of the lock.
 * Invariant 2: a page's live entries take what the table says, and they fit in it. So a page has room for what fits
 * besides, and no put fails unless each page lacks room for its entry even once all entries have just the room that
 * their values take. `backend/plan.ts` says how many pages are enough.
 * Invariant 3: each key is in the index, and on one page only. What differs from what was copied last lies on pages
 * that are marked, both where a key has moved to and where it has moved from.
 */
export class PagedArenas implements Arenas {
  /** Pages of each shard. */
  readonly pagesPerShard: number;
  readonly #memory: StoreMemory;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #table: PageTable;
  readonly #pageWords: number;
  readonly #jsonRoom: boolean;
  readonly #valueWordsMax: number;
  readonly #key = new PaddedBytes(64);
  readonly #value = new PaddedBytes(64);

  constructor(memory: StoreMemory, pages: PageSize) {
    const { pagesPerShard } = pageTableOf(memory.size);
    this.pagesPerShard = pagesPerShard;
    this.#memory = memory;
    this.#words = memory.words;
    this.#table = new PageTable(memory, memory.arenaStart + pagesPerShard * pages.words);
    this.#pageWords = pages.words;
    this.#jsonRoom = pages.jsonRoom;
    this.#valueWordsMax = wordsFor(memory.size.valueCapacityMin ?? 0);
  }

  place(shard: number, old: number, hash: number, key: PaddedBytes, value: PaddedBytes): number {
    const memory = this.#memory;
    const region = memory.region(shard);
    const room = this.roomOf(key, value);
    const needed = entryWords(key.length, room);
    if (needed > this.#pageWords || (old === 0 && memory.isFull(shard))) return 0;
    let entry = old;
    let page = this.#pageFor(shard, entry, needed, room);
    if (page < 0 && this.#compactAll(shard)) {
      entry = findEntry(this.#words, region, memory.slots - 1, hash, key);
      page = this.#pageFor(shard, entry, needed, room);
    }
    if (page < 0) return 0;
    if (entry === 0 || this.#pageOf(region, entry) !== page || this.#wordsOf(entry) < needed) {
      return this.#put(shard, page, entry, hash, { key, value, room, needed });
    }
    this.#shrink(region, entry, needed, value);
    return entry;
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
    const used = page < this.pagesPerShard ? this.#table.used(region, page) : this.#pageWords;
    if (used + needed > this.#pageWords || (old === 0 && this.#memory.isFull(shard))) return 0;
    const wasChanged = this.nextChanged(shard, page) === page;
    const entry = this.#put(shard, page, old, hash, { key, value, room, needed });
    if (!wasChanged) this.#table.unmark(region, page);
    return entry;
  }

  free(shard: number, entry: number): void {
    const region = this.#memory.region(shard);
    this.#leave(region, this.#pageOf(region, entry), this.#wordsOf(entry));
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
    return this.start(shard, page) + this.#table.used(this.#memory.region(shard), page);
  }

  /** Marks the page of an entry that has been changed in place. */
  markChanged(shard: number, entry: number): void {
    const region = this.#memory.region(shard);
    this.#table.mark(region, this.#pageOf(region, entry));
  }

  /** Marks all pages that a shard has ever used as changed. */
  markAll(shard: number): void {
    const region = this.#memory.region(shard);
    for (let page = this.pagesInUse(shard) - 1; page >= 0; page--) this.#table.mark(region, page);
  }

  /** The first changed page, starting at this one; -1 when there is none. */
  nextChanged(shard: number, page: number): number {
    return this.#table.nextChanged(this.#memory.region(shard), page);
  }

  /** The first unchanged page, starting at this one; it may be past the last. */
  nextUnchanged(shard: number, page: number): number {
    return this.#table.nextUnchanged(this.#memory.region(shard), page);
  }

  /** Unmarks all of a shard's pages, which have been copied. */
  clearChanged(shard: number): void {
    this.#table.unmarkAll(this.#memory.region(shard));
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
    const table = this.#table;
    const region = memory.region(shard);
    let linked = old;
    if (old !== 0) {
      const oldPage = this.#pageOf(region, old);
      const oldWords = this.#wordsOf(old);
      // Where the old entry is about to be written over, it must not be in the index any more.
      if (table.used(region, page) + needed > this.#pageWords || table.live(region, oldPage) === oldWords) {
        unlinkEntry(words, region, memory.slots - 1, hash, old);
        linked = 0;
      }
      this.#leave(region, oldPage, oldWords);
    } else memory.addToCount(shard, 1);
    if (table.used(region, page) + needed > this.#pageWords) this.#compact(region, page);
    const used = table.used(region, page);
    const entry = this.#start(region, page) + used;
    writeEntry(words, entry, key, value, room);
    linkEntry(words, region, memory.slots - 1, hash, entry, linked);
    table.setUsed(region, page, used + needed);
    table.addLive(region, page, needed);
    table.mark(region, page);
    if (page >= this.pagesInUse(shard)) memory.setArenaEnd(shard, memory.arenaStart + (page + 1) * this.#pageWords);
    return entry;
  }

  /** Writes a shorter value in place, and turns what that leaves unused into a dead entry, if one fits there. */
  #shrink(region: number, entry: number, needed: number, value: PaddedBytes): void {
    const words = this.#words;
    const page = this.#pageOf(region, entry);
    const keyLength = words[entry + ENTRY_KEY_LENGTH]!;
    const left = this.#wordsOf(entry) - needed;
    if (left >= ENTRY_HEADER_WORDS) {
      words[entry + ENTRY_CAPACITY]! -= left * WORD_BYTES;
      const dead = entry + needed;
      words[dead + ENTRY_KEY_LENGTH] = DEAD;
      words[dead + ENTRY_VALUE_LENGTH] = 0;
      words[dead + ENTRY_CAPACITY] = (left - ENTRY_HEADER_WORDS) * WORD_BYTES;
      this.#table.addLive(region, page, -left);
    }
    writeValue(words, entry, keyLength, value, UNUSED_ANY);
    this.#table.mark(region, page);
  }

  /**
   * The page for an entry that has to be placed: the first one with room, or the next one that was never used, if none
   * keeps some for its values to grow besides; -1 if there is no room on any. Values that are as long as any is are
   * taken to stay so. If the key has an entry already, which starts at `old`, its page comes first, unless the pages
   * before could hold all that is live.
   */
  #pageFor(shard: number, old: number, needed: number, room: number): number {
    const table = this.#table;
    const pageWords = this.#pageWords;
    const region = this.#memory.region(shard);
    const slack = wordsFor(room) < this.#valueWordsMax ? pageWords >> SLACK_SHIFT : 0;
    const inUse = this.pagesInUse(shard);
    if (old !== 0) {
      const page = this.#pageOf(region, old);
      if (page * (pageWords - (pageWords >> SPARE_SHIFT)) >= table.total(region)) {
        const before = table.firstWithin(region, page, pageWords - needed - slack);
        if (before >= 0) return before;
      }
      if (table.live(region, page) - this.#wordsOf(old) + needed <= pageWords) return page;
    }
    const page = table.firstWithin(region, inUse, pageWords - needed - slack);
    if (page >= 0) return page;
    return inUse < this.pagesPerShard ? inUse : table.firstWithin(region, inUse, pageWords - needed);
  }

  /** Counts an entry of so many words as no longer live. */
  #leave(region: number, page: number, words: number): void {
    const table = this.#table;
    table.addLive(region, page, -words);
    if (table.live(region, page) === 0) table.setUsed(region, page, 0);
    table.mark(region, page);
  }

  /** Compacts all pages of a shard; returns whether that makes room. */
  #compactAll(shard: number): boolean {
    const region = this.#memory.region(shard);
    const before = this.#table.total(region);
    for (let page = this.pagesInUse(shard) - 1; page >= 0; page--) this.#compact(region, page);
    return this.#table.total(region) < before;
  }

  /** Moves a page's live entries together, over the dead ones and over what they leave unused. */
  #compact(region: number, page: number): void {
    const words = this.#words;
    const start = this.#start(region, page);
    const end = start + this.#table.used(region, page);
    let to = start;
    // What lies between two gaps moves at once: from where it begins, to where it will.
    let run = start;
    let runTo = start;
    for (let entry = start, next = start; entry < end; entry = next) {
      next = nextEntry(words, entry);
      const needed = words[entry]! < 0 ? 0 : this.#wordsNeeded(entry);
      const gap = next - entry - needed;
      if (needed > 0) {
        words[entry + ENTRY_CAPACITY]! -= gap * WORD_BYTES;
        if (to < entry) this.#relink(region, entry, to);
      }
      to += needed;
      if (gap === 0) continue;
      if (runTo < run) words.copyWithin(runTo, run, entry + needed);
      run = next;
      runTo = to;
    }
    if (runTo < run) words.copyWithin(runTo, run, end);
    this.#table.setUsed(region, page, to - start);
    this.#table.addLive(region, page, to - start - this.#table.live(region, page));
  }

  /** How many words an entry needs for what it holds. */
  #wordsNeeded(entry: number): number {
    const words = this.#words;
    const keyLength = words[entry + ENTRY_KEY_LENGTH]!;
    const least = entryWords(keyLength, words[entry + ENTRY_VALUE_LENGTH]!);
    if (!this.#jsonRoom || entry + least === nextEntry(words, entry)) return least;
    readValue(words, entry, keyLength, this.#value);
    return entryWords(keyLength, jsonRoomOf(this.#keyOf(entry), this.#value));
  }

  /** Points the index to where an entry is about to be. */
  #relink(region: number, entry: number, to: number): void {
    const words = this.#words;
    const keyLength = words[entry + ENTRY_KEY_LENGTH]!;
    linkEntry(words, region, this.#memory.slots - 1, hashKey(this.#keyOf(entry).words, keyLength), to, entry);
    // Linking has marked it as dead.
    words[entry + ENTRY_KEY_LENGTH] = keyLength;
  }

  /** A live entry's key; the same object each time. */
  #keyOf(entry: number): PaddedBytes {
    const words = this.#words;
    const key = this.#key;
    key.length = words[entry + ENTRY_KEY_LENGTH]!;
    key.reserve(key.length);
    for (let i = 0; i < wordsFor(key.length); i++) key.words[i] = words[entry + ENTRY_HEADER_WORDS + i]!;
    return key;
  }

  #wordsOf(entry: number): number {
    return nextEntry(this.#words, entry) - entry;
  }

  #start(region: number, page: number): number {
    return region + this.#memory.arenaStart + page * this.#pageWords;
  }

  #pageOf(region: number, entry: number): number {
    return ((entry - region - this.#memory.arenaStart) / this.#pageWords) | 0;
  }
}
