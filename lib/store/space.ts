/**
 * The space of a shard's arena that entries have left behind, and how later ones use it again. Arenas that are divided
 * into pages do without.
 *
 * Each entry takes a block of whole units, which its capacity fills. A dead entry's block is free. Free blocks of the
 * same size form a list; the last of the lists has those of its size and larger ones. For these lists, a shard has a
 * line of words between its index and its arena:
 *
 * | word | content |
 * |---|---|
 * | 0 | bit `n` is set when list `n` has a block |
 * | 1 … 15 | where the first free block of so many units starts, in words from the start of the region; 0: none |
 *
 * A free block has the header of a dead entry, so that whoever walks over the arena finds what comes after it. Only the
 * length of the value is replaced: by the list's next block, inverted, so that no reader takes it for a length.
 *
 * A new entry takes a block of just its size if there is one; else what has never been used; else a part of a larger
 * block, whose rest stays free. If there is none either, but enough is free all in all, the shard is compacted: all
 * its entries move to the front. That takes time in proportion to the shard, but is rare. Entries come and go in much
 * the same sizes, so the larger a shard is, the more of them do before a size is used up.
 *
 * Invariant 1: each dead entry is in one list, and each block in a list is a dead entry.
 * Invariant 2: blocks of whole units lie side by side from the start of the arena to its end.
 *
 * Whoever needs an entry beyond the next put to its shard, or beyond the release of the shard's lock, copies it: its
 * block may then be another's.
 *
 * All functions are called under the shard's lock. Indices and sizes are in words.
 *
 * @module
 */
import { entryWords, nextEntry } from "./shard.ts";

/** Words of a shard's lists. */
export const LISTS_WORDS = 16;

/** The number of units from which on blocks share the last list. */
export const LAST_LIST_UNITS = LISTS_WORDS - 1;

// Own constants, because V8 does not fold imported ones: those of `shard.ts` of the same names, and the above.
const SLOT_WORDS = 2;
const ENTRY_HEADER_WORDS = 3;
const ENTRY_KEY_LENGTH = 0;
const ENTRY_VALUE_LENGTH = 1;
const ENTRY_CAPACITY = 2;
const DEAD = 1 << 31;
const LAST_LIST = LAST_LIST_UNITS;

/** Words of an entry's block. */
export function blockWords(keyLength: number, valueLength: number, unitWords: number): number {
  return Math.ceil(entryWords(keyLength, valueLength) / unitWords) * unitWords;
}

/** Frees a dead entry's block. */
export function freeBlock(
  words: Int32Array<SharedArrayBuffer>,
  region: number,
  lists: number,
  unitWords: number,
  block: number,
): void {
  const list = listOf(nextEntry(words, block) - block, unitWords);
  words[block + ENTRY_VALUE_LENGTH] = ~words[lists + list]!;
  words[lists + list] = block - region;
  words[lists]! |= 1 << list;
}

/** Takes a free block of just this size; returns where it starts, or 0 if there is none. */
export function takeBlock(
  words: Int32Array<SharedArrayBuffer>,
  region: number,
  lists: number,
  unitWords: number,
  size: number,
): number {
  const list = listOf(size, unitWords);
  const offset = words[lists + list]!;
  if (offset === 0) return 0;
  const block = region + offset;
  if (list === LAST_LIST && nextEntry(words, block) - block !== size) return 0;
  takeFirst(words, lists, list, block);
  return block;
}

/** Takes a part of a larger free block; returns where it starts, or 0 if there is none. */
export function takePart(
  words: Int32Array<SharedArrayBuffer>,
  region: number,
  lists: number,
  unitWords: number,
  size: number,
): number {
  const first = listOf(size, unitWords);
  const larger = words[lists]! & (first === LAST_LIST ? 1 << first : -2 << first);
  if (larger === 0) return 0;
  const list = 31 - Math.clz32(larger & -larger);
  const block = region + words[lists + list]!;
  const rest = nextEntry(words, block) - block - size;
  if (rest <= 0) return 0;
  takeFirst(words, lists, list, block);
  words[block + size + ENTRY_KEY_LENGTH] = DEAD;
  words[block + size + ENTRY_CAPACITY] = (rest - ENTRY_HEADER_WORDS) * 4;
  freeBlock(words, region, lists, unitWords, block + size);
  return block;
}

/** How many words of an arena from `start` to `end` its live entries' blocks take. */
export function liveWords(words: Int32Array<SharedArrayBuffer>, start: number, end: number): number {
  let sum = 0;
  for (let entry = start; entry < end;) {
    const next = nextEntry(words, entry);
    if (words[entry + ENTRY_KEY_LENGTH]! >= 0) sum += next - entry;
    entry = next;
  }
  return sum;
}

/**
 * Moves a shard's live entries to the front of its arena, from `start` to `end`, and clears its lists.
 *
 * So that each entry finds its slot in the index, they first exchange what they know: the slot remembers the length of
 * the key, and the entry, in its place, the slot. (F. Lockwood Morris, "A time- and space-efficient garbage compaction
 * algorithm", 1978, does so with pointers of any number.)
 *
 * @param slots the number of index slots
 * @returns where the arena ends now
 */
export function compact(
  words: Int32Array<SharedArrayBuffer>,
  region: number,
  lists: number,
  slots: number,
  start: number,
  end: number,
): number {
  for (let slot = region; slot < region + slots * SLOT_WORDS; slot += SLOT_WORDS) {
    const offset = words[slot + 1]!;
    if (offset === 0) continue;
    words[slot + 1] = words[region + offset + ENTRY_KEY_LENGTH]!;
    words[region + offset + ENTRY_KEY_LENGTH] = slot - region;
  }
  let to = start;
  for (let from = start; from < end;) {
    if (words[from + ENTRY_KEY_LENGTH]! < 0) {
      from = nextEntry(words, from);
      continue;
    }
    const slot = region + words[from + ENTRY_KEY_LENGTH]!;
    words[from + ENTRY_KEY_LENGTH] = words[slot + 1]!;
    words[slot + 1] = to - region;
    const next = nextEntry(words, from);
    if (to !== from) words.copyWithin(to, from, next);
    to += next - from;
    from = next;
  }
  words.fill(0, lists, lists + LISTS_WORDS);
  return to;
}

/** The list of blocks of this size. */
function listOf(size: number, unitWords: number): number {
  const units = (size / unitWords) | 0;
  return units < LAST_LIST ? units : LAST_LIST;
}

/** Takes a list's first block out of it. */
function takeFirst(words: Int32Array<SharedArrayBuffer>, lists: number, list: number, block: number): void {
  const next = ~words[block + ENTRY_VALUE_LENGTH]!;
  words[lists + list] = next;
  if (next === 0) words[lists]! &= ~(1 << list);
}
