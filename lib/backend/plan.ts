/**
 * Computes how large a store must be for the keys that will be put into it.
 *
 * @module
 */
import { entryWords } from "../store/shard.ts";
import { LAST_LIST_UNITS } from "../store/space.ts";
import { type PageSize, type StoreSize, UNIT_WORDS_MIN } from "../store/store_size.ts";
import { LINE_WORDS } from "../sync/layout.ts";

/** The keys and values that a load may put. */
export interface KeySpace {
  /** Number of distinct keys. */
  readonly keyCount: number;
  /** Length of the longest key and of the longest value, in bytes. */
  readonly keyLengthMax: number;
  readonly valueLengthMax: number;
  /**
   * What all entries take together, in words, each with its key's longest value, and the sum of the squares: where
   * sizes differ so much that room for the longest everywhere would be far too much.
   */
  readonly entries?: { readonly words: number; readonly wordsSquared: number };
  /**
   * Present if the lengths of values are drawn evenly from this one to the longest; otherwise each may be the longest.
   */
  readonly valueLengthMin?: number;
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
 * Values of a shard's keys, all of whose lengths are drawn anew again and again, take this many standard deviations
 * more than their mean less than once in 10^14.
 */
const SIZE_DEVIATIONS = 8;

/** Where sizes change, this part is free even in the fullest shard, so that blocks of all sizes are at hand. */
const FREE_PART = 1 / 32;

/** Entries may take so much more than they need, on average, so that they begin where a cache line does. */
const LOST_PART_MAX = 1 / 6;

/**
 * Sizes a store up front. Hashing spreads keys over shards as if at random, so a shard's number of keys is binomial,
 * with a standard deviation of about the square root of its mean. An entry takes what its value needs, and what it
 * leaves behind is used again.
 *
 * @param loaded what is loaded from files; keys that the load may put count twice
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
  const entriesPerShard = entries + loaded.entriesPerShardMax;
  if (pages !== undefined) {
    return {
      shards,
      entriesPerShard,
      // What is loaded and not put anew stays on the pages that it is on.
      arenaWordsPerShard: loaded.arenaWordsPerShardMax + pagesFor(shards, keys, entries, pages) * pages.words,
      ...(keys.entries === undefined ? { valueCapacityMin: keys.valueLengthMax } : {}),
      pages,
    };
  }
  const { unitWords, words: newWords, changeMax } = blocksOf(shards, keys, entries);
  const loadedWords = loaded.arenaWordsPerShardMax + loaded.entriesPerShardMax * (unitWords - 1);
  const words = newWords + loadedWords;
  const arenaWords = changeMax > 0 || loadedWords > 0 ? words * (1 + FREE_PART) + changeMax : words;
  return { shards, entriesPerShard, arenaWordsPerShard: Math.ceil(arenaWords / unitWords) * unitWords, unitWords };
}

/** Escapes in JSON may take this much more of a page than is known, where lengths are those of the keys themselves. */
const ROOM_FOR_ESCAPES = 2;

/** How many pages a shard of these entries needs. */
function pagesFor(shards: number, keys: KeySpace, entries: number, { words: pageWords, jsonRoom }: PageSize): number {
  const largest = entryWords(keys.keyLengthMax, keys.valueLengthMax);
  const words = keys.entries === undefined
    ? spreadOf(entries, sizesOf(keys, 1))
    : totalWords(shards, keys, entries) * (jsonRoom ? ROOM_FOR_ESCAPES : 1);
  return pagesEnough({ entries, words, largest }, pageWords);
}

/**
 * How many pages are enough for entries that never take more words together than `words`, and the largest of them no
 * more than `largest`, in whatever order they come, change and go.
 *
 * A put fails only if its entry, of e words, fits on no page, of w words, not even once all others have just the room
 * that they need (`store/paged_arenas.ts`).
 *
 * - Each of p pages then has at least w - e + 1 words of others, so that all together would take p (w - e + 1) + e:
 *   more than t, if p > (t - e) / (w - e + 1). That is the greatest for the largest entry if t > w; else one page is
 *   enough.
 * - Each page then has as many others as fit of the largest: with one fewer there would be room for the new one. With
 *   this one, p times as many and one more would be there.
 *
 * So the lesser of both is enough: the first where most entries are much smaller than the largest, the second where
 * they are as large. Where there are more pages, on which entries lie that have been loaded, those that are put anew
 * may lie there as well, but never have to: the others stay there, and leave these pages alone.
 */
export function pagesEnough(
  { entries, words, largest }: { entries: number; words: number; largest: number },
  pageWords: number,
): number {
  // An entry that no page holds is refused.
  const byCount = Math.ceil(entries / Math.max(1, Math.floor(pageWords / largest)));
  if (largest > pageWords) return byCount;
  return Math.min(byCount, Math.floor(Math.max(0, words - largest) / (pageWords - largest + 1)) + 1);
}

/**
 * Where it is known what all entries take together: the most that those of a shard take, each with its longest value.
 */
function totalWords(shards: number, { entries: totals, ...keys }: KeySpace, entries: number): number {
  const { words, wordsSquared } = totals ?? { words: 0, wordsSquared: 0 };
  const largest = entryWords(keys.keyLengthMax, keys.valueLengthMax);
  const most = Math.ceil(words / shards + DEVIATIONS * Math.sqrt(wordsSquared / shards) + FEW_KEYS * largest);
  return Math.min(most, entries * largest);
}

/** The blocks of a shard's entries. */
interface Blocks {
  readonly unitWords: number;
  /** What all take together. */
  readonly words: number;
  /**
   * What one that changes its size takes besides, because it has its new place before it leaves the old one; 0 if none
   * does.
   */
  readonly changeMax: number;
}

/**
 * Chooses the unit of blocks. Best is one of whole cache lines, or one that divides a line, if that takes not much more
 * than the entries do. Only in rare cases a block is to be of as many units as share a list.
 */
function blocksOf(shards: number, keys: KeySpace, entries: number): Blocks {
  const largest = entryWords(keys.keyLengthMax, keys.valueLengthMax);
  if (keys.entries !== undefined) {
    const total = totalWords(shards, keys, entries);
    const meanWords = keys.entries.words / keys.keyCount;
    // On average, half of a unit is lost.
    const unitWords = [LINE_WORDS, LINE_WORDS / 2].find((unitWords) => unitWords / 2 <= meanWords * LOST_PART_MAX) ??
      UNIT_WORDS_MIN;
    return { unitWords, words: total + entries * (unitWords - 1), changeMax: largest + unitWords };
  }
  const isDrawn = (keys.valueLengthMin ?? keys.valueLengthMax) < keys.valueLengthMax;
  const units = [
    Math.ceil(largest / LAST_LIST_UNITS / LINE_WORDS) * LINE_WORDS,
    LINE_WORDS / 2,
    isDrawn ? UNIT_WORDS_MIN : Math.max(UNIT_WORDS_MIN, largest),
  ];
  const sizes = units.filter((unitWords) => largest <= unitWords * LAST_LIST_UNITS)
    .map((unitWords) => sizesOf(keys, unitWords));
  const wordsMax = sizesOf(keys, 1).mean * (1 + LOST_PART_MAX);
  const { unitWords, mean, deviation, max } = sizes.find(({ mean }) => mean <= wordsMax) ??
    sizes.reduce((least, sizes) => sizes.mean < least.mean ? sizes : least);
  return { unitWords, words: spreadOf(entries, { mean, deviation, max }), changeMax: deviation > 0 ? max : 0 };
}

/** The most words that a shard's entries of such sizes ever take. */
function spreadOf(entries: number, { mean, deviation, max }: Omit<Sizes, "unitWords">): number {
  return Math.min(entries * max, Math.ceil(entries * mean + SIZE_DEVIATIONS * Math.sqrt(entries) * deviation));
}

/** The sizes of blocks of whole units, in words. */
interface Sizes {
  readonly unitWords: number;
  readonly mean: number;
  readonly deviation: number;
  readonly max: number;
}

/** The sizes of blocks of such units, from the part of the lengths for which a value takes each number of them. */
function sizesOf({ keyLengthMax, valueLengthMax, valueLengthMin }: KeySpace, unitWords: number): Sizes {
  const lengthMin = valueLengthMin ?? valueLengthMax;
  const lengths = valueLengthMax - lengthMin + 1;
  const keyWords = entryWords(keyLengthMax, 0);
  const unitsOf = (length: number) => Math.ceil(entryWords(keyLengthMax, length) / unitWords);
  let mean = 0;
  let squares = 0;
  for (let units = unitsOf(lengthMin), above = lengthMin - 1; above < valueLengthMax; units++) {
    const longest = Math.min(valueLengthMax, (units * unitWords - keyWords) * Int32Array.BYTES_PER_ELEMENT);
    const part = (longest - above) / lengths;
    mean += part * units * unitWords;
    squares += part * (units * unitWords) ** 2;
    above = longest;
  }
  const deviation = Math.sqrt(Math.max(0, squares - mean ** 2));
  return { unitWords, mean, deviation, max: unitsOf(valueLengthMax) * unitWords };
}
