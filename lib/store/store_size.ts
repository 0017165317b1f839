/**
 * The size of a store, fixed when it is created, and the layout that follows from it.
 *
 * @module
 */
import { alignUp, LINE_WORDS, nextPowerOfTwo } from "../sync/layout.ts";
import { SLOT_WORDS } from "./shard.ts";

/** The size of a store, fixed when it is created. */
export interface StoreSize {
  /** Number of shards, from 1 to 2^20. */
  readonly shards: number;
  /** Entries that each shard has room for. */
  readonly entriesPerShard: number;
  /** Words of entries ({@linkcode entryWords} each) that each shard has room for. */
  readonly arenaWordsPerShard: number;
  /**
   * Bytes of value that a new entry has room for at least, so that longer values do not move it, and leave a dead entry
   * behind, again and again; 0 when absent.
   */
  readonly valueCapacityMin?: number;
  /** How each arena is divided into pages; it is not when absent. */
  readonly pages?: PageSize;
}

/** Pages of an arena, so that each can be persisted by itself. */
export interface PageSize {
  /** Words of a page. No entry crosses the end of one. */
  readonly words: number;
  /**
   * Whether an entry takes as much room as its JSON form does, where escapes make that longer: then a page's entries
   * never take more bytes in JSON than the page has.
   */
  readonly jsonRoom: boolean;
}

/** Index slots are at most this full, so that a probe stays short. */
const LOAD_FACTOR_MAX = 0.75;

/** The layout of a store, in words. */
export function layoutOf(size: StoreSize): { slots: number; regionsStart: number; regionWords: number } {
  const slots = nextPowerOfTwo(Math.ceil(size.entriesPerShard / LOAD_FACTOR_MAX));
  const regionWords = alignUp(slots * SLOT_WORDS + size.arenaWordsPerShard, LINE_WORDS);
  return { slots, regionsStart: size.shards * LINE_WORDS, regionWords };
}

const SHARDS_MAX = 2 ** 20;
const ENTRIES_MAX = 2 ** 26;
/** So that every byte offset in a region fits 32 bits. */
const REGION_WORDS_MAX = 2 ** 29 - 1;
/** So that every index of a word fits 31 bits, which the hot path reckons with. */
const WORDS_MAX = 2 ** 31 - 1;

/** @throws {RangeError} when a part of the size is out of range */
export function checkStoreSize(size: StoreSize): void {
  checkBound("shards", size.shards, SHARDS_MAX);
  checkBound("entriesPerShard", size.entriesPerShard, ENTRIES_MAX);
  checkBound("arenaWordsPerShard", size.arenaWordsPerShard, REGION_WORDS_MAX);
  const { regionsStart, regionWords } = layoutOf(size);
  checkBound("words per shard", regionWords, REGION_WORDS_MAX);
  checkBound("words of all shards", regionsStart + size.shards * regionWords, WORDS_MAX);
  if (size.pages !== undefined) checkBound("words per page", size.pages.words, REGION_WORDS_MAX);
  checkBound("valueCapacityMin", size.valueCapacityMin ?? 0, REGION_WORDS_MAX * Int32Array.BYTES_PER_ELEMENT, 0);
}

function checkBound(name: string, value: number, max: number, min = 1): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Cannot create a store: ${name} is ${value}, must be a whole number from ${min} to ${max}`);
}
