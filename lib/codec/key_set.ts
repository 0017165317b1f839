/**
 * The keys that have been read from a snapshot so far, by their position in its bytes.
 *
 * @module
 */
import { hashKey } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { nextPowerOfTwo } from "../sync/layout.ts";

/**
 * A hash table with linear probing, at most two thirds full, with four bytes per slot: where a key's encoded form
 * starts, plus one. Encoded forms are compared byte by byte. None may be a prefix of another, so each includes its
 * terminator or its length; or its length, four bytes, lies at a fixed distance before it.
 */
export class KeySet {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #mask: number;
  readonly #lengthDistance: number;

  /**
   * @param count the most keys that will be added
   * @param lengthDistance how many bytes before each key its length begins; 0 if the encoded form is enough
   */
  constructor(bytes: Uint8Array, count: number, lengthDistance = 0) {
    const slots = nextPowerOfTwo(Math.ceil(count * 1.5) + 1);
    this.#bytes = bytes;
    this.#starts = new Uint32Array(slots);
    this.#mask = slots - 1;
    this.#lengthDistance = lengthDistance;
  }

  /**
   * Adds a key.
   *
   * @param start, end where the key's encoded form is in the bytes
   * @returns false when the key is already in the set
   */
  add(key: PaddedBytes, start: number, end: number): boolean {
    const starts = this.#starts;
    for (let slot = hashKey(key.words, key.length) & this.#mask;; slot = (slot + 1) & this.#mask) {
      const known = starts[slot]!;
      if (known === 0) {
        starts[slot] = start + 1;
        return true;
      }
      if (this.#isSame(known - 1, start, end)) return false;
    }
  }

  #isSame(known: number, start: number, end: number): boolean {
    const bytes = this.#bytes;
    const distance = this.#lengthDistance;
    if (distance > 0) {
      for (let i = 0; i < 4; i++) if (bytes[known - distance + i] !== bytes[start - distance + i]) return false;
    }
    for (let i = start, j = known; i < end; i++, j++) {
      if (bytes[i] !== bytes[j]) return false;
    }
    return true;
  }
}
