/**
 * Plans how large a store must be for the keys that will be put into it.
 *
 * @module
 */
import { entryWords, wordsFor } from "../store/shard.ts";
import type { PageSize, StoreSize } from "../store/store_size.ts";

/** The keys and values that a load may put. */
export interface KeySpace {
  /** Number of different keys. */
  readonly keyCount: number;
  /** Length in bytes of the longest key, and of the longest value. */
  readonly keyLengthMax: number;
  readonly valueLengthMax: number;
}

/** What the fullest shard holds already. */
export interface LoadedShard {
  readonly entriesPerShardMax: number;
  readonly arenaWordsPerShardMax: number;
}

/** Standard deviations above the mean that a shard has room for; beyond lies one shard in a billion. */
const DEVIATIONS = 6;
/** What the normal distribution misses where a shard expects but a few keys. */
const FEW_KEYS = 8;

/**
 * Sizes a store up front. Hashing spreads keys over shards as at random, so a shard's number of keys is binomial, with
 * a standard deviation of about the square root of its mean. Each entry has room for the longest value from the start:
 * else a key whose values grow would take the room of several.
 *
 * @param loaded what is loaded from files, whose keys may be others than the load's
 * @param pages how arenas are divided, where they are; a shard has whole pages then
 */
export function planStore(
  shards: number,
  keys: KeySpace,
  loaded: LoadedShard = { entriesPerShardMax: 0, arenaWordsPerShardMax: 0 },
  pages?: PageSize,
): StoreSize {
  const mean = keys.keyCount / shards;
  const entries = Math.min(keys.keyCount, Math.ceil(mean + DEVIATIONS * Math.sqrt(mean) + FEW_KEYS));
  const words = entryWords(keys.keyLengthMax, keys.valueLengthMax);
  if (pages !== undefined) {
    // One more, because the last page that is loaded may be nearly full.
    const newPages = 1 + Math.ceil(entries / Math.max(1, Math.floor(pages.words / words)));
    return {
      shards,
      entriesPerShard: entries + loaded.entriesPerShardMax,
      arenaWordsPerShard: loaded.arenaWordsPerShardMax + newPages * pages.words,
      valueCapacityMin: keys.valueLengthMax,
      pages,
    };
  }
  const loadedWords = loaded.arenaWordsPerShardMax + loaded.entriesPerShardMax * wordsFor(keys.valueLengthMax);
  return {
    shards,
    entriesPerShard: entries + loaded.entriesPerShardMax,
    arenaWordsPerShard: entries * words + loadedWords,
    valueCapacityMin: keys.valueLengthMax,
  };
}
