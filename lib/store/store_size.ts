/**
 * The size of a store, the memory layout that follows from it, and the errors for what it has no room for.
 *
 * @module
 */
import { alignUp, LINE_WORDS, nextPowerOfTwo } from "../sync/layout.ts";
import { SLOT_WORDS } from "./shard.ts";
import { LISTS_WORDS } from "./space.ts";

/** The size of a store, fixed when it is created. */
export interface StoreSize {
  /** Number of shards, from 1 to 2^20. */
  readonly shards: number;
  /** Number of entries that each shard has room for. */
  readonly entriesPerShard: number;
  /** Words of entries (see {@linkcode blockWords}; with pages, {@linkcode entryWords}) that each shard has room for. */
  readonly arenaWordsPerShard: number;
  /**
   * Without pages, each entry takes a multiple of so many words; {@linkcode UNIT_WORDS_MIN} when absent.
   */
  readonly unitWords?: number;
  /**
   * With pages, the length of the longest value that is expected, in bytes: a page keeps some room for values that are
   * shorter; 0 when absent.
   */
  readonly valueCapacityMin?: number;
  /** How each arena is divided into pages; not at all when absent. */
  readonly pages?: PageSize;
}

/** The pages of an arena, each of which can be persisted by itself. */
export interface PageSize {
  /** Words of a page. No entry crosses the end of a page. */
  readonly words: number;
  /**
   * Whether an entry gets as much room as its JSON form takes if escapes make that longer. A page's entries then never
   * take more bytes in JSON than the page has.
   */
  readonly jsonRoom: boolean;
}

/** The greatest share of index slots in use, so that probes stay short. */
const LOAD_FACTOR_MAX = 0.75;

/** The least unit: what is left of a block when an entry takes a part of it must be an entry, too. */
export const UNIT_WORDS_MIN = 4;

/** The layout of a store, in words; the start of an arena counts from the start of its region. */
interface StoreLayout {
  readonly slots: number;
  readonly regionsStart: number;
  readonly arenaStart: number;
  readonly regionWords: number;
}

/** Words of the table behind a shard's pages, and of its last part, the bits; see `page_table.ts`. */
export function pageTableOf({ arenaWordsPerShard, pages }: StoreSize) {
  const pagesPerShard = pages === undefined ? 0 : Math.ceil(arenaWordsPerShard / pages.words);
  const changedWords = Math.ceil(pagesPerShard / 32);
  return { pagesPerShard, changedWords, words: 2 * pagesPerShard + 1 + changedWords };
}

export function layoutOf(size: StoreSize): StoreLayout {
  const slots = nextPowerOfTwo(Math.ceil(size.entriesPerShard / LOAD_FACTOR_MAX));
  const indexWords = slots * SLOT_WORDS;
  const arenaStart = size.pages === undefined ? alignUp(indexWords, LINE_WORDS) + LISTS_WORDS : indexWords;
  const { pagesPerShard, words: tableWords } = pageTableOf(size);
  const arenaWords = size.pages === undefined ? size.arenaWordsPerShard : pagesPerShard * size.pages.words + tableWords;
  const regionWords = alignUp(arenaStart + arenaWords, LINE_WORDS);
  return { slots, regionsStart: size.shards * LINE_WORDS, arenaStart, regionWords };
}

const SHARDS_MAX = 2 ** 20;
const ENTRIES_MAX = 2 ** 26;
/** Keeps every byte offset in a region within 32 bits. */
const REGION_WORDS_MAX = 2 ** 29 - 1;
/** Keeps every word index within 31 bits, which the hot path relies on. */
const WORDS_MAX = 2 ** 31 - 1;

/** @throws {RangeError} when any part of the size is out of range */
export function checkStoreSize(size: StoreSize): void {
  checkBound("shards", size.shards, SHARDS_MAX);
  checkBound("entriesPerShard", size.entriesPerShard, ENTRIES_MAX);
  checkBound("arenaWordsPerShard", size.arenaWordsPerShard, REGION_WORDS_MAX);
  const { regionsStart, regionWords } = layoutOf(size);
  checkBound("words per shard", regionWords, REGION_WORDS_MAX);
  checkBound("words of all shards", regionsStart + size.shards * regionWords, WORDS_MAX);
  if (size.pages !== undefined) checkBound("words per page", size.pages.words, REGION_WORDS_MAX);
  checkBound("unitWords", size.unitWords ?? UNIT_WORDS_MIN, REGION_WORDS_MAX, UNIT_WORDS_MIN);
  checkBound("valueCapacityMin", size.valueCapacityMin ?? 0, REGION_WORDS_MAX * Int32Array.BYTES_PER_ELEMENT, 0);
}

function checkBound(name: string, value: number, max: number, min = 1): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Cannot create a store: ${name} is ${value}, must be a whole number from ${min} to ${max}`);
}

/** A put found its shard full. The message names the shard and the size it was created with. */
export class StoreFullError extends RangeError {
  override readonly name = "StoreFullError";

  /** @param shard the full shard's index */
  constructor(shard: number, size: StoreSize) {
    super(
      `Cannot put into shard ${shard}: its room for ${size.entriesPerShard} entries in ` +
        `${size.arenaWordsPerShard * 4} bytes is used up, must be made larger by --keys or --max-keys`,
    );
  }
}

/** A put's key and value are together too large for a page, which one block of the files must hold. */
export class EntryTooLargeError extends RangeError {
  override readonly name = "EntryTooLargeError";

  /** @param sizeBytes total size of key and value */
  constructor(sizeBytes: number) {
    super(
      `Cannot put a record of ${sizeBytes} bytes: it does not fit into a block, must be given a larger --block-size`,
    );
  }
}
