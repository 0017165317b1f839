/**
 * Hashes of sectors: two words of 32 bits each, for telling the states of a disk apart. Not cryptographically secure.
 *
 * @module
 */
import { SECTOR_BYTES } from "./recording.ts";

/** A hash of 64 bits, in two words. */
export interface SectorHash {
  low: number;
  high: number;
}

/** A sector of zeros. */
export const zeroSector = new DataView(new ArrayBuffer(SECTOR_BYTES));

const WORD_BYTES = 4;

/**
 * Hashes a sector's number and content into `hash`. Each word of content is multiplied and rotated into both halves, as
 * in Austin Appleby's MurmurHash3 (public domain), each with factors of its own.
 */
export function hashSector(data: DataView, at: number, number: number, hash: SectorHash): void {
  let low = number | 0, high = ~number;
  for (const end = at + SECTOR_BYTES; at < end; at += WORD_BYTES) {
    const word = data.getInt32(at, true);
    low = rotated(low ^ Math.imul(word, 0xcc9e2d51), 13) + 0x52dce729 | 0;
    low = Math.imul(low, 5);
    high = Math.imul(rotated(high ^ Math.imul(word, 0x239b961b), 17), 9) + 0x38b34ae5 | 0;
  }
  hash.low = mixed(low, high);
  hash.high = mixed(high, hash.low);
}

/** A word with another mixed into it: MurmurHash3's finalizer, a bijection of either if the other is given. */
export function mixed(word: number, other: number): number {
  let result = Math.imul(word, 5) + other | 0;
  result = Math.imul(result ^ (result >>> 16), 0x85ebca6b);
  result = Math.imul(result ^ (result >>> 13), 0xc2b2ae35);
  return result ^ (result >>> 16);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
