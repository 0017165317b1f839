/**
 * One shard's entries in separate, growing memory, for replaying files before it is known how large the store must be.
 *
 * @module
 */
import { PaddedBytes } from "./padded_bytes.ts";
import {
  ENTRY_CAPACITY,
  ENTRY_HEADER_WORDS,
  ENTRY_VALUE_LENGTH,
  entryWords,
  findEntry,
  linkEntry,
  nextEntry,
  readValue,
  type ShardView,
  SLOT_WORDS,
  SPECIAL_KEY,
  unlinkEntry,
  UNUSED_ANY,
  VIEW_EXCESS_BYTES,
  wordsFor,
  writeEntry,
  writeValue,
} from "./shard.ts";

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const SLOTS_MIN = 16;
const ARENA_WORDS_MIN = 256;

/**
 * A hash table of byte strings for one thread, laid out like a shard's region of the store. Its memory is a
 * SharedArrayBuffer, although nobody shares it, so that code that reads regions sees only one kind of array.
 */
export class EntryTable {
  readonly shard: number;
  readonly shards: number;
  /** The number of puts and deletes that led to these entries. */
  version = 0;
  #count = 0;
  #slots = SLOTS_MIN;
  #words: Int32Array<SharedArrayBuffer>;
  #end: number;

  constructor(shard: number, shards: number) {
    this.shard = shard;
    this.shards = shards;
    this.#words = allocate(this.#slots * SLOT_WORDS + ARENA_WORDS_MIN);
    this.#end = this.#slots * SLOT_WORDS;
  }

  get count(): number {
    return this.#count;
  }

  /** Stores a value under a key, whose hash is `hash`. */
  put(hash: number, key: PaddedBytes, value: PaddedBytes): void {
    let old = findEntry(this.#words, 0, this.#slots - 1, hash, key);
    if (old !== 0 && writeValue(this.#words, old, key.length, value, UNUSED_ANY)) return;
    const words = entryWords(key.length, value.length);
    if (!this.#fits(words, old)) {
      this.#grow(words);
      old = findEntry(this.#words, 0, this.#slots - 1, hash, key);
      if (!this.#fits(words, old)) throw this.#tooSmall(words);
    }
    writeEntry(this.#words, this.#end, key, value, value.length);
    linkEntry(this.#words, 0, this.#slots - 1, hash, this.#end, old);
    this.#end += words;
    if (old === 0) this.#count++;
  }

  /** Removes a key, whose hash is `hash`; returns whether it was present. */
  delete(hash: number, key: PaddedBytes): boolean {
    const entry = findEntry(this.#words, 0, this.#slots - 1, hash, key);
    if (entry === 0) return false;
    unlinkEntry(this.#words, 0, this.#slots - 1, hash, entry);
    this.#count--;
    return true;
  }

  /** Removes all entries. */
  clear(): void {
    this.#words.fill(0, 0, this.#slots * SLOT_WORDS);
    this.#end = this.#slots * SLOT_WORDS;
    this.#count = 0;
    this.version = 0;
  }

  /** Calls `visit` with each key and value, which are the same objects each time. */
  forEach(visit: (key: PaddedBytes, value: PaddedBytes) => void): void {
    const words = this.#words;
    const key = new PaddedBytes(64);
    const value = new PaddedBytes(256);
    for (let entry = this.#slots * SLOT_WORDS; entry < this.#end; entry = nextEntry(words, entry)) {
      const keyLength = words[entry]!;
      if (keyLength < 0) continue;
      key.reserve(keyLength);
      for (let i = 0; i < wordsFor(keyLength); i++) key.words[i] = words[entry + ENTRY_HEADER_WORDS + i]!;
      key.length = keyLength;
      readValue(words, entry, keyLength, value);
      visit(key, value);
    }
  }

  /** Words that the entries take in an arena, without room for longer values. */
  get arenaWords(): number {
    const words = this.#words;
    let sum = 0;
    for (let entry = this.#slots * SLOT_WORDS; entry < this.#end; entry = nextEntry(words, entry)) {
      if (words[entry]! >= 0) sum += entryWords(words[entry]!, words[entry + 1]!);
    }
    return sum;
  }

  /** The entries as an encoder sees a shard; valid until the next put. */
  view(): ShardView {
    const { shard, shards, version, count } = this;
    const words = this.#words;
    const bytes = new DataView(words.buffer);
    return { shard, shards, version, count, words, bytes, start: this.#slots * SLOT_WORDS, end: this.#end };
  }

  /** Whether there is room for an entry of this many words; `old` is where the key's entry starts, 0 if it is new. */
  #fits(words: number, old: number): boolean {
    return this.#end + words <= this.#words.length && (old !== 0 || 4 * (this.#count + 1) <= 3 * this.#slots);
  }

  #tooSmall(words: number): Error {
    return new Error(
      `Cannot grow the table of shard ${this.shard}: an entry of ${words} words at ${this.#end} does not fit ` +
        `${this.#words.length}, must fit after growing`,
    );
  }

  /**
   * Makes room for another entry of this many words. Drops dead entries, and the room for longer values that live ones
   * have: what is left takes {@linkcode EntryTable.arenaWords}, so that at least as much again is free afterwards.
   */
  #grow(needed: number): void {
    const before = this.#words;
    const slotsBefore = this.#slots;
    const live = this.arenaWords;
    if (4 * (this.#count + 1) > 3 * this.#slots) this.#slots *= 2;
    const start = this.#slots * SLOT_WORDS;
    this.#words = allocate(start + Math.max(ARENA_WORDS_MIN, 2 * (live + needed)));
    this.#end = start;
    for (let slot = 0; slot < slotsBefore; slot++) {
      const old = before[slot * SLOT_WORDS + 1]!;
      if (old === 0) continue;
      const valueLength = before[old + ENTRY_VALUE_LENGTH]!;
      const length = entryWords(before[old]!, valueLength);
      this.#words.set(before.subarray(old, old + length), this.#end);
      this.#words[this.#end + ENTRY_CAPACITY] = wordsFor(valueLength) * 4 | before[old + ENTRY_CAPACITY]! & SPECIAL_KEY;
      linkEntry(this.#words, 0, this.#slots - 1, before[slot * SLOT_WORDS]!, this.#end, 0);
      this.#end += length;
    }
  }
}

function allocate(words: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(words * WORD_BYTES + VIEW_EXCESS_BYTES), 0, words);
}
