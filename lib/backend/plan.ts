/**
 * Computes how large a store must be for the keys that will be put into it.
 *
 * @module
 */
import { entryWords, wordsFor } from "../store/shard.ts";
import type { PageSize, StoreSize } from "../store/store_size.ts";

/** The keys and values that a load may put. */
export interface KeySpace {
  /** Number of distinct keys. */
  readonly keyCount: number;
  /** Length of the longest key and of the longest value, in bytes. */
  readonly keyLengthMax: number;
  readonly valueLengthMax: number;
  /**
   * What all entries take together, in words, each with its key's longest value, and the sum of the squares: where sizes
   * differ so much that room for the longest everywhere would be far too much.
   */
  readonly entries?: { readonly words: number; readonly wordsSquared: number };
}

/** What the fullest shard already holds. */
export interface LoadedShard {
  readonly entriesPerShardMax: number;
  readonly arenaWordsPerShardMax: number;
}

/** A shard has room for this many standard deviations above the mean; one shard in a billion has more keys. */
const DEVIATIONS = 6;
/** Extra keys for shards that expect only a few, for which the normal distribution is a poor approximation. */
const FEW_KEYS = 8;

/**
 * Sizes a store up front. Hashing spreads keys over shards as if at random, so a shard's number of keys is binomial,
 * with a standard deviation of about the square root of its mean. Each entry has room for the longest value from the
 * start, because otherwise a key whose values grow would take the room of several.
 *
 * @param loaded what is loaded from files, whose keys may differ from the load's
 * @param pages how arenas are divided into pages, if they are; a shard then has whole pages
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
  if (keys.entries !== undefined) return planByTotals(shards, keys, { entries, largest: words, loaded, pages });
  if (pages !== undefined) {
    // One more, because the last page of what is loaded may be nearly full.
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

/** Of what lies in a shard, this much may be dead: values that have grown leave their former places behind. */
const ROOM_FOR_DEAD = 2;

/** Sizes a store by what all entries take together: a shard's words are the sum of those of its keys. */
function planByTotals(
  shards: number,
  { valueLengthMax, entries: totals = { words: 0, wordsSquared: 0 } }: KeySpace,
  { entries, largest, loaded, pages }: {
    readonly entries: number;
    readonly largest: number;
    readonly loaded: LoadedShard;
    readonly pages: PageSize | undefined;
  },
): StoreSize {
  const mean = totals.words / shards;
  const most = Math.ceil(mean + DEVIATIONS * Math.sqrt(totals.wordsSquared / shards) + FEW_KEYS * largest);
  const words = ROOM_FOR_DEAD * Math.min(most, entries * largest);
  const entriesPerShard = entries + loaded.entriesPerShardMax;
  if (pages === undefined) {
    const loadedWords = loaded.arenaWordsPerShardMax + loaded.entriesPerShardMax * wordsFor(valueLengthMax);
    return { shards, entriesPerShard, arenaWordsPerShard: words + loadedWords };
  }
  // The end of a page is lost to an entry that does not fit there; one more page may be nearly full.
  const newPages = 1 + Math.ceil(words / Math.max(1, pages.words - largest));
  return {
    shards,
    entriesPerShard,
    arenaWordsPerShard: loaded.arenaWordsPerShardMax + newPages * pages.words,
    pages,
  };
}
