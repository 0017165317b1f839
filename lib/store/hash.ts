/**
 * Hashes a key and picks its shard.
 *
 * @module
 */

/**
 * MurmurHash3_x86_32 with seed 0, by Austin Appleby (public domain), over a key whose last word is padded with zeros,
 * which is what the algorithm does with the tail anyway.
 *
 * @param words the key, zero-padded to whole little-endian words
 * @param length the key's length in bytes
 * @returns the hash as a signed 32-bit integer
 */
export function hashKey(words: Int32Array, length: number): number {
  let hash = 0;
  const whole = length >> 2;
  for (let i = 0; i < whole; i++) {
    hash ^= scramble(words[i]!);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  if ((length & 3) !== 0) hash ^= scramble(words[whole]!);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function scramble(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

const TWO_TO_32 = 0x1_0000_0000;

/**
 * The shard of a hash, from its high bits: the hash as a fraction of 2^32, times the number of shards. Exact in a
 * float64 for fewer than 2^21 shards.
 *
 * @returns an integer from 0 to `shards` - 1
 */
export function shardOf(hash: number, shards: number): number {
  return ((hash >>> 0) * shards / TWO_TO_32) | 0;
}
