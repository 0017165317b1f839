/**
 * What the parts of a store know of its memory, and what a store asks of its arenas.
 *
 * @module
 */
import { LINE_WORDS } from "../sync/layout.ts";
import type { PaddedBytes } from "./padded_bytes.ts";
import { layoutOf, type StoreSize } from "./store_size.ts";

/** Words of a shard's header, and what is in them; see {@linkcode SharedStore}. */
export const HEADER_WORDS = LINE_WORDS;
export const HEADER_LOCK = 0;
export const HEADER_COUNT = 1;
export const HEADER_ARENA_END = 2;

/** A store's memory. Indices are in words of the whole, offsets in words from the start of a shard's region. */
export class StoreMemory {
  readonly size: StoreSize;
  readonly words: Int32Array<SharedArrayBuffer>;
  /** The number of slots in a shard's index. */
  readonly slots: number;
  /** The index where the first shard's region starts. */
  readonly regionsStart: number;
  /** The offset where an arena starts. */
  readonly arenaStart: number;
  readonly regionWords: number;

  constructor(size: StoreSize, buffer: SharedArrayBuffer, byteOffset: number) {
    const { slots, regionsStart, arenaStart, regionWords } = layoutOf(size);
    this.size = size;
    this.words = new Int32Array(buffer, byteOffset, regionsStart + size.shards * regionWords);
    this.slots = slots;
    this.regionsStart = regionsStart;
    this.arenaStart = arenaStart;
    this.regionWords = regionWords;
  }

  /** The index where a shard's region starts. */
  region(shard: number): number {
    return this.regionsStart + shard * this.regionWords;
  }

  /** The offset after the last entry of a shard's arena. */
  arenaEnd(shard: number): number {
    return this.words[shard * HEADER_WORDS + HEADER_ARENA_END]! || this.arenaStart;
  }

  setArenaEnd(shard: number, offset: number): void {
    this.words[shard * HEADER_WORDS + HEADER_ARENA_END] = offset;
  }

  /** The number of a shard's keys. */
  count(shard: number): number {
    return this.words[shard * HEADER_WORDS + HEADER_COUNT]!;
  }

  addToCount(shard: number, change: number): void {
    this.words[shard * HEADER_WORDS + HEADER_COUNT]! += change;
  }

  /** Whether a shard's index has no slot for another key. */
  isFull(shard: number): boolean {
    return this.count(shard) >= this.size.entriesPerShard;
  }
}

/** Where the entries of a store's shards go. All is done under the shard's lock. */
export interface Arenas {
  /**
   * Places an entry and points the index to it. Other entries may move.
   *
   * @param old where the key's present entry starts, which will be dead; 0: there is none
   * @returns where the new one starts; 0 when there is no room, in which case nothing has changed
   */
  place(shard: number, old: number, hash: number, key: PaddedBytes, value: PaddedBytes): number;

  /** Takes back the space of a key's entry, which has just been deleted. */
  free(shard: number, entry: number): void;
}
