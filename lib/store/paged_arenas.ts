/**
 * Arenas that are divided into pages; see `pages.ts`.
 *
 * @module
 */
import type { Arenas, StoreMemory } from "./arena.ts";
import type { PaddedBytes } from "./padded_bytes.ts";
import { jsonRoomOf, MOVED_AWAY, PAGE_END } from "./pages.ts";
import { ENTRY_CAPACITY, entryWords, linkEntry, writeEntry } from "./shard.ts";
import type { PageSize } from "./store_size.ts";

/** The arenas of a store with pages. A new entry always comes after all others of its shard. */
export class PagedArenas implements Arenas {
  readonly #memory: StoreMemory;
  readonly #pageWords: number;
  readonly #jsonRoom: boolean;
  readonly #valueCapacityMin: number;

  constructor(memory: StoreMemory, pages: PageSize) {
    this.#memory = memory;
    this.#pageWords = pages.words;
    this.#jsonRoom = pages.jsonRoom;
    this.#valueCapacityMin = memory.size.valueCapacityMin ?? 0;
  }

  /** Pages of each shard. */
  get pagesPerShard(): number {
    return Math.ceil((this.#memory.regionWords - this.#memory.arenaStart) / this.#pageWords);
  }

  place(shard: number, old: number, hash: number, key: PaddedBytes, value: PaddedBytes): number {
    const room = this.roomOf(key, value);
    const capacity = Math.max(room, this.#valueCapacityMin);
    const fitsPage = entryWords(key.length, capacity) <= this.#pageWords;
    return this.append(shard, old, hash, key, value, fitsPage ? capacity : room);
  }

  /** Places an entry like {@linkcode PagedArenas.place}, with just this room for its value, in bytes. */
  append(
    shard: number,
    old: number,
    hash: number,
    key: PaddedBytes,
    value: PaddedBytes,
    capacity: number,
  ): number {
    const memory = this.#memory;
    const { words } = memory;
    const region = memory.region(shard);
    const last = memory.arenaEnd(shard);
    const needed = entryWords(key.length, capacity);
    const offset = this.#placeOnPage(last, needed);
    if (offset + needed > memory.regionWords) return 0;
    if (old === 0 && memory.isFull(shard)) return 0;

    if (offset > last) words[region + last] = PAGE_END;
    writeEntry(words, region + offset, key, value, capacity);
    linkEntry(words, region, memory.slots - 1, hash, region + offset, old);
    if (old !== 0 && old - region < offset - this.#wordsIntoPage(offset)) words[old + ENTRY_CAPACITY]! |= MOVED_AWAY;
    memory.setArenaEnd(shard, offset + needed);
    if (old === 0) memory.addToCount(shard, 1);
    return region + offset;
  }

  /** Makes a shard's next entry go to this page, which no entry has reached yet. */
  startPage(shard: number, page: number): void {
    const memory = this.#memory;
    const start = memory.arenaStart + page * this.#pageWords;
    let end = memory.arenaEnd(shard);
    while (end < start) {
      memory.words[memory.region(shard) + end] = PAGE_END;
      end += this.#wordsLeftOnPage(end);
    }
    memory.setArenaEnd(shard, end);
  }

  /** Room that a value needs, in bytes. */
  roomOf(key: PaddedBytes, value: PaddedBytes): number {
    return this.#jsonRoom ? jsonRoomOf(key, value) : value.length;
  }

  /** Whether a page could hold an entry. */
  fitsPage(key: PaddedBytes, value: PaddedBytes): boolean {
    return entryWords(key.length, this.roomOf(key, value)) <= this.#pageWords;
  }

  free(): void {
    // The page of an entry that has moved or is deleted may not have been persisted without it yet.
  }

  /**
   * Where an entry of this many words goes if its shard's entries end at `last`; past the region if no page could hold
   * it.
   */
  #placeOnPage(last: number, needed: number): number {
    if (needed > this.#pageWords) return this.#memory.regionWords;
    const left = this.#wordsLeftOnPage(last);
    return needed <= left ? last : last + left;
  }

  #wordsIntoPage(offset: number): number {
    return (offset - this.#memory.arenaStart) % this.#pageWords;
  }

  #wordsLeftOnPage(offset: number): number {
    return this.#pageWords - this.#wordsIntoPage(offset);
  }
}
