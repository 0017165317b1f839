/**
 * Counts the distinct keys of a trace, and the room that they take, in bounded memory.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";

/** Keys that are kept at most: 48 MiB of memory. */
const KEYS_MAX = 1 << 21;
const SLOTS_MIN = 1 << 12;
/** Two hashes of the key, and the words of its entry. */
const SLOT_WORDS = 3;

/** What is known of the keys of a trace. */
export interface KeyTotals {
  /** How many there are. */
  readonly keys: number;
  /** Whether that is exact, rather than estimated from a sample. */
  readonly isExact: boolean;
  /** Words that their entries take, each with the largest value of its key; and the sum of the squares of these. */
  readonly entryWords: number;
  readonly entryWordsSquared: number;
}

/**
 * A sample of distinct keys, with the greatest size that each has: all of them at first. Once there are more than fit,
 * only those remain of whose hash the low bit is 0, then the low two bits, and so on: distinct sampling, as by Phillip
 * B. Gibbons, "Distinct Sampling for Highly-Accurate Answers to Distinct Values Queries" (VLDB 2001). From a million
 * keys or more that remain, the count follows to about 0.1%.
 *
 * Two keys count as one if both of their hashes are the same, which is so for one pair in 2^64.
 */
export class KeySample {
  readonly #keysMax: number;
  #slots = SLOTS_MIN;
  #words = new Int32Array(SLOTS_MIN * SLOT_WORDS);
  #count = 0;
  /** How many low bits of the hash are 0 in those that remain. */
  #level = 0;

  constructor({ keysMax = KEYS_MAX } = {}) {
    this.#keysMax = keysMax;
  }

  /**
   * Adds a key, unless it is known already.
   *
   * @param entryWords words that its entry takes, at least 1; of all that are given, the greatest counts
   */
  add(hash: number, key: PaddedBytes, entryWords: number): void {
    if ((hash & ((1 << this.#level) - 1)) !== 0) return;
    if (!this.#put(hash, otherHash(key), entryWords)) return;
    if (++this.#count > this.#keysMax) this.#thin();
    if (4 * this.#count > 3 * this.#slots) this.#rebuild(2 * this.#slots);
  }

  get totals(): KeyTotals {
    const words = this.#words;
    let sum = 0, squares = 0;
    for (let at = 2; at < words.length; at += SLOT_WORDS) {
      sum += words[at]!;
      squares += words[at]! ** 2;
    }
    const each = 2 ** this.#level;
    return {
      keys: this.#count * each,
      isExact: this.#level === 0,
      entryWords: sum * each,
      entryWordsSquared: squares * each,
    };
  }

  /** Whether the key was not there before. */
  #put(hash: number, other: number, entryWords: number): boolean {
    const words = this.#words;
    const mask = this.#slots - 1;
    // The low bits may all be 0.
    for (let slot = (hash >>> this.#level) & mask;; slot = (slot + 1) & mask) {
      const at = slot * SLOT_WORDS;
      if (words[at + 2] === 0) {
        words[at] = hash;
        words[at + 1] = other;
        words[at + 2] = entryWords;
        return true;
      }
      if (words[at] !== hash || words[at + 1] !== other) continue;
      if (entryWords > words[at + 2]!) words[at + 2] = entryWords;
      return false;
    }
  }

  #thin(): void {
    while (this.#count > this.#keysMax) {
      this.#level++;
      this.#rebuild(this.#slots);
    }
  }

  /** Puts what remains at this level into so many slots. */
  #rebuild(slots: number): void {
    const old = this.#words;
    const mask = (1 << this.#level) - 1;
    this.#slots = slots;
    this.#words = new Int32Array(slots * SLOT_WORDS);
    this.#count = 0;
    for (let at = 0; at < old.length; at += SLOT_WORDS) {
      if (old[at + 2] === 0 || (old[at]! & mask) !== 0) continue;
      this.#put(old[at]!, old[at + 1]!, old[at + 2]!);
      this.#count++;
    }
  }
}

/** Another hash of a key: FNV-1a by Fowler, Noll and Vo, over its words. */
function otherHash({ words, length }: PaddedBytes): number {
  let hash = 0x811c9dc5 ^ length;
  for (let i = 0; i < (length + 3) >> 2; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash;
}
