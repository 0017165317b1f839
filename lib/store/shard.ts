/**
 * A shard's layout in memory, used by the store, which writes entries, and by the encoders, which read all of them in
 * sequence.
 *
 * A shard's region is an index followed by an arena. The index is open-addressed with linear probing; each slot is two
 * words, the key's hash and the entry's offset in words from the start of the region, which is 0 for a free slot.
 * A free slot ends a probe: when an entry is deleted, those behind it in its run of slots move up, so that deleting
 * leaves nothing behind that would make probes longer. The arena holds the entries side by side, live ones and dead:
 *
 * | word | content |
 * |---|---|
 * | 0 | key length in bytes; its sign bit is set when the entry is dead: its key has moved, or is deleted |
 * | 1 | value length in bytes; that of a dead entry may be negative |
 * | 2 | capacity for the value in bytes, a multiple of four; bit 0 is {@linkcode SPECIAL_KEY} |
 * | 3 … | key, zero-padded to whole words |
 * | … | value, zero-padded to whole words, then unspecified up to the capacity |
 *
 * Keys and values are UTF-8, or any bytes if no form that they are written in has to be text.
 *
 * The functions here are the hot path. They take primitives and typed arrays, and use only this module's own constants:
 * V8 folds those, but loads an imported one from its module's cell at each use. Sums are cut to 32 bits with `| 0` for
 * speed, too: a store has less than 2^31 words, and V8 then omits its overflow checks.
 *
 * @module
 */
import type { PaddedBytes } from "./padded_bytes.ts";

/** Words of an index slot. */
export const SLOT_WORDS = 2;

/** Words before an entry's key. */
export const ENTRY_HEADER_WORDS = 3;
export const ENTRY_KEY_LENGTH = 0;
export const ENTRY_VALUE_LENGTH = 1;
export const ENTRY_CAPACITY = 2;

/** Bit in an entry's key length: the entry is dead. */
const DEAD = 1 << 31;

/** Bit in an entry's capacity: the key has a control character, a quote or a backslash. */
export const SPECIAL_KEY = 1;

/** For {@linkcode writeValue}, where space that is not used does not matter. */
export const UNUSED_ANY = 2 ** 31 - 1;

/** Words that hold `bytes` bytes. */
export function wordsFor(bytes: number): number {
  return (bytes + 3) >> 2;
}

/** Words of an entry in the arena. */
export function entryWords(keyLength: number, valueCapacity: number): number {
  return ENTRY_HEADER_WORDS + wordsFor(keyLength) + wordsFor(valueCapacity);
}

/**
 * Finds a key's entry.
 *
 * @param region where the shard's region starts; like all indices here, in words of the store
 * @param slotMask number of index slots, a power of two, minus one
 * @param hash the key's hash; the probe starts at its low bits
 * @returns where the entry starts; 0 when the key is absent
 */
export function findEntry(
  words: Int32Array<SharedArrayBuffer>,
  region: number,
  slotMask: number,
  hash: number,
  key: PaddedBytes,
): number {
  const length = key.length;
  const keyWords = (length + 3) >> 2;
  const source = key.words;
  probing:
  for (let slot = hash & slotMask;; slot = (slot + 1) & slotMask) {
    const index = (region + slot * SLOT_WORDS) | 0;
    const offset = words[(index + 1) | 0]!;
    if (offset === 0) return 0;
    if (words[index] !== hash) continue;
    const entry = (region + offset) | 0;
    if (words[entry] !== length) continue;
    const stored = (entry + ENTRY_HEADER_WORDS) | 0;
    for (let i = 0; i < keyWords; i++) {
      if (words[(stored + i) | 0] !== source[i]) continue probing;
    }
    return entry;
  }
}

/**
 * Overwrites an entry's value if it fits, and leaves at most so many words of the capacity unused; returns whether it
 * did.
 */
export function writeValue(
  words: Int32Array<SharedArrayBuffer>,
  entry: number,
  keyLength: number,
  value: PaddedBytes,
  unusedMax: number,
): boolean {
  const length = value.length;
  const valueWords = wordsFor(length);
  const unused = (words[entry + ENTRY_CAPACITY]! >> 2) - valueWords;
  if (unused < 0 || unused > unusedMax) return false;
  words[entry + ENTRY_VALUE_LENGTH] = length;
  const to = entry + ENTRY_HEADER_WORDS + wordsFor(keyLength);
  const source = value.words;
  for (let i = 0; i < valueWords; i++) words[to + i] = source[i]!;
  return true;
}

/** Copies an entry's value into `out`, which grows if it must. */
export function readValue(
  words: Int32Array<SharedArrayBuffer>,
  entry: number,
  keyLength: number,
  out: PaddedBytes,
): void {
  const length = words[entry + ENTRY_VALUE_LENGTH]!;
  if (length > out.bytes.length) out.reserve(length);
  const from = entry + ENTRY_HEADER_WORDS + wordsFor(keyLength);
  const valueWords = wordsFor(length);
  const target = out.words;
  for (let i = 0; i < valueWords; i++) target[i] = words[from + i]!;
  out.length = length;
}

/**
 * Writes a new entry at `entry`, where {@linkcode entryWords} words are free. It is not in the index yet.
 *
 * @param capacity room for the value, in bytes; at least its length
 */
export function writeEntry(
  words: Int32Array<SharedArrayBuffer>,
  entry: number,
  key: PaddedBytes,
  value: PaddedBytes,
  capacity: number,
): void {
  words[entry + ENTRY_KEY_LENGTH] = key.length;
  words[entry + ENTRY_CAPACITY] = wordsFor(capacity) * 4 | (isSpecial(key) ? SPECIAL_KEY : 0);
  const to = entry + ENTRY_HEADER_WORDS;
  const keyWords = wordsFor(key.length);
  const source = key.words;
  for (let i = 0; i < keyWords; i++) words[to + i] = source[i]!;
  writeValue(words, entry, key.length, value, UNUSED_ANY);
}

/**
 * Points a key's index slot to its new entry, and marks the previous entry as dead.
 *
 * @param old where the key's previous entry starts; 0 when the key is new
 */
export function linkEntry(
  words: Int32Array<SharedArrayBuffer>,
  region: number,
  slotMask: number,
  hash: number,
  entry: number,
  old: number,
): void {
  const current = old === 0 ? 0 : old - region;
  let slot = hash & slotMask;
  while (words[region + slot * SLOT_WORDS + 1] !== current) slot = (slot + 1) & slotMask;
  words[region + slot * SLOT_WORDS] = hash;
  words[region + slot * SLOT_WORDS + 1] = entry - region;
  if (old !== 0) words[old + ENTRY_KEY_LENGTH]! |= DEAD;
}

/**
 * Takes a key's entry out of the index and marks it as dead. Each entry behind it that its run of slots leads to only
 * past the slot that is free now moves there (Knuth, "The Art of Computer Programming" 3, 6.4, algorithm R).
 */
export function unlinkEntry(
  words: Int32Array<SharedArrayBuffer>,
  region: number,
  slotMask: number,
  hash: number,
  entry: number,
): void {
  let free = hash & slotMask;
  while (words[region + free * SLOT_WORDS + 1] !== entry - region) free = (free + 1) & slotMask;
  for (let slot = (free + 1) & slotMask;; slot = (slot + 1) & slotMask) {
    const index = region + slot * SLOT_WORDS;
    if (words[index + 1] === 0) break;
    const probed = (slot - words[index]!) & slotMask;
    if (probed < ((slot - free) & slotMask)) continue;
    words[region + free * SLOT_WORDS] = words[index]!;
    words[region + free * SLOT_WORDS + 1] = words[index + 1]!;
    free = slot;
  }
  words[region + free * SLOT_WORDS + 1] = 0;
  words[entry + ENTRY_KEY_LENGTH]! |= DEAD;
}

/** An entry's key length, in bytes, whether or not the entry is dead. */
export function keyLengthOf(words: Int32Array<SharedArrayBuffer>, entry: number): number {
  return words[entry + ENTRY_KEY_LENGTH]! & ~DEAD;
}

/** Where the entry after this one starts; this one may be dead. */
export function nextEntry(words: Int32Array<SharedArrayBuffer>, entry: number): number {
  const keyLength = words[entry + ENTRY_KEY_LENGTH]! & ~DEAD;
  return entry + ENTRY_HEADER_WORDS + wordsFor(keyLength) + (words[entry + ENTRY_CAPACITY]! >> 2);
}

function isSpecial(key: PaddedBytes): boolean {
  for (let i = 0; i < key.length; i++) {
    const byte = key.bytes[i]!;
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return true;
  }
  return false;
}

/**
 * One shard as an encoder sees it: plain data that the store fills in, reused so that nothing is allocated.
 *
 * It is valid as long as its user holds the shard's lock or knows that nobody writes.
 */
export interface ShardView {
  /** Index of the shard. */
  shard: number;
  /** Number of shards of the store. */
  shards: number;
  /** The number of puts and deletes that the shard has applied. */
  version: number;
  /** Live entries in the shard. */
  count: number;
  /** The shard's region by word; `start` and `end` count in these words. */
  words: Int32Array<SharedArrayBuffer>;
  /** The same memory by byte, readable {@linkcode VIEW_EXCESS_BYTES} past `end`. */
  bytes: DataView<SharedArrayBuffer>;
  /** Where the first entry of the arena starts. */
  start: number;
  /** The word after its last entry. */
  end: number;
}

/** How far an encoder may read past the last entry, so that it can copy eight bytes at a time. */
export const VIEW_EXCESS_BYTES = 8;
