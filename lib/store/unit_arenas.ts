/**
 * Arenas whose entries take whole units, and whose space is used again; see `space.ts`.
 *
 * @module
 */
import type { Arenas, StoreMemory } from "./arena.ts";
import type { PaddedBytes } from "./padded_bytes.ts";
import { entryWords, findEntry, linkEntry, writeEntry } from "./shard.ts";
import { blockWords, compact, freeBlock, LISTS_WORDS, liveWords, takeBlock, takePart } from "./space.ts";
import { UNIT_WORDS_MIN } from "./store_size.ts";

/** The arenas of a store without pages. */
export class UnitArenas implements Arenas {
  readonly #memory: StoreMemory;
  readonly #unitWords: number;

  constructor(memory: StoreMemory) {
    this.#memory = memory;
    this.#unitWords = memory.size.unitWords ?? UNIT_WORDS_MIN;
  }

  place(shard: number, old: number, hash: number, key: PaddedBytes, value: PaddedBytes): number {
    const memory = this.#memory;
    const { words } = memory;
    if (old === 0 && memory.isFull(shard)) return 0;
    const region = memory.region(shard);
    const size = blockWords(key.length, value.length, this.#unitWords);
    let entry = this.#take(shard, size);
    if (entry === 0) {
      if (!this.#compact(shard, size)) return 0;
      entry = this.#take(shard, size);
      if (old !== 0) old = findEntry(words, region, memory.slots - 1, hash, key);
    }
    writeEntry(words, entry, key, value, (size - entryWords(key.length, 0)) * Int32Array.BYTES_PER_ELEMENT);
    linkEntry(words, region, memory.slots - 1, hash, entry, old);
    if (old === 0) memory.addToCount(shard, 1);
    else this.free(shard, old);
    return entry;
  }

  free(shard: number, entry: number): void {
    freeBlock(this.#memory.words, this.#memory.region(shard), this.#lists(shard), this.#unitWords, entry);
  }

  #lists(shard: number): number {
    return this.#memory.region(shard) + this.#memory.arenaStart - LISTS_WORDS;
  }

  /** Takes a block of this size; returns where it starts, or 0 if there is none. */
  #take(shard: number, size: number): number {
    const memory = this.#memory;
    const region = memory.region(shard);
    const block = takeBlock(memory.words, region, this.#lists(shard), this.#unitWords, size);
    if (block !== 0) return block;
    const end = memory.arenaEnd(shard);
    if (end + size > memory.regionWords) {
      return takePart(memory.words, region, this.#lists(shard), this.#unitWords, size);
    }
    memory.setArenaEnd(shard, end + size);
    return region + end;
  }

  /** Compacts a shard if that makes room for a block of this size; returns whether it did. */
  #compact(shard: number, size: number): boolean {
    const memory = this.#memory;
    const { words } = memory;
    const region = memory.region(shard);
    const start = region + memory.arenaStart;
    const end = region + memory.arenaEnd(shard);
    if (start + liveWords(words, start, end) + size > region + memory.regionWords) return false;
    memory.setArenaEnd(shard, compact(words, region, this.#lists(shard), memory.slots, start, end) - region);
    return true;
  }
}
