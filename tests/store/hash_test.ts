/**
 * Tests of the hash: that it is MurmurHash3, and that it spreads the seed's keys evenly.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { SEED_KEY_COUNT } from "../../lib/load/seed_workload.ts";
import { hashKey, shardOf } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

function hashText(text: string): number {
  const key = PaddedBytes.of(text);
  return hashKey(key.words, key.length);
}

const MASK_32 = 0xffff_ffffn;

function rotateLeft(value: bigint, count: bigint): bigint {
  return ((value << count) | (value >> (32n - count))) & MASK_32;
}

/** MurmurHash3_x86_32 with seed 0 as its author describes it: by byte, the tail apart; in integers without a limit. */
function reference(bytes: Uint8Array): number {
  let hash = 0n;
  for (let start = 0; start < bytes.length; start += 4) {
    const block = bytes.subarray(start, start + 4);
    let word = block.reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n);
    word = rotateLeft(word * 0xcc9e2d51n & MASK_32, 15n) * 0x1b873593n & MASK_32;
    hash ^= word;
    if (block.length === 4) hash = (rotateLeft(hash, 13n) * 5n + 0xe6546b64n) & MASK_32;
  }
  hash ^= BigInt(bytes.length);
  hash = (hash ^ hash >> 16n) * 0x85ebca6bn & MASK_32;
  hash = (hash ^ hash >> 13n) * 0xc2b2ae35n & MASK_32;
  return Number(BigInt.asIntN(32, hash ^ hash >> 16n));
}

Deno.test("hashKey() gives the published hashes of MurmurHash3_x86_32 with seed 0", () => {
  const published: [text: string, hash: number][] = [
    ["", 0],
    ["test", 0xba6bd213],
    ["Hello, world!", 0xc0363e43],
    ["The quick brown fox jumps over the lazy dog", 0x2e4ff723],
  ];
  for (const [text, hash] of published) {
    assertStrictEquals(reference(new TextEncoder().encode(text)), hash | 0, `reference: ${text}`);
    assertStrictEquals(hashText(text), hash | 0, text);
  }
});

Deno.test("hashKey() gives what an implementation by bytes gives when the key is anything", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const key = new PaddedBytes(bytes.length);
    key.bytes.set(bytes);
    key.length = bytes.length;
    assertStrictEquals(hashKey(key.words, key.length), reference(bytes));
  }));
});

Deno.test("hashKey() depends on nothing behind the key", () => {
  const key = PaddedBytes.of("Key12345678");
  const longer = PaddedBytes.of("Key12345678, and more");
  longer.setString("Key12345678");
  assertStrictEquals(hashKey(longer.words, longer.length), hashKey(key.words, key.length));
});

Deno.test("shardOf() cuts the range of all hashes into equal parts, in order", () => {
  for (const shards of [1, 2, 3, 120, 128, 4_000, 2 ** 20]) {
    assertEquals(shardOf(0, shards), 0);
    // As the sign bit counts as the highest one, -1 is the last hash.
    assertEquals(shardOf(-1, shards), shards - 1);
    for (let shard = 1; shard < Math.min(shards, 5_000); shard++) {
      const first = Math.ceil(shard * 2 ** 32 / shards);
      assertEquals(shardOf(first | 0, shards), shard);
      assertEquals(shardOf((first - 1) | 0, shards), shard - 1);
    }
  }
});

Deno.test("shardOf() gives an integer from 0 to one less than the number of shards", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 20 }), (hash, shards) => {
    const shard = shardOf(hash, shards);
    assert(Number.isInteger(shard) && shard >= 0 && shard < shards, String(shard));
  }));
});

for (const shards of [120, 128]) {
  Deno.test(`shardOf() spreads the seed's keys over ${shards} shards as at random`, () => {
    const counts = new Array<number>(shards).fill(0);
    for (let n = 0; n < SEED_KEY_COUNT; n++) {
      const shard = shardOf(hashText(`Key${n}`), shards);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    const expected = SEED_KEY_COUNT / shards;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // Of mean shards - 1 and variance twice that, and close to normal.
    assertLess(Math.abs(chiSquare - (shards - 1)) / Math.sqrt(2 * (shards - 1)), 4);
    for (const count of counts) assertLess(Math.abs(count - expected) / Math.sqrt(expected), 5);
  });
}

Deno.test("hashKey() spreads the low bits of one shard's keys as at random, too", () => {
  const slots = 1_024;
  const used = new Set<number>();
  let keys = 0;
  for (let n = 0; n < SEED_KEY_COUNT; n++) {
    const hash = hashText(`Key${n}`);
    if (shardOf(hash, 120) !== 7) continue;
    keys++;
    used.add(hash & (slots - 1));
  }
  const expected = slots * (1 - Math.exp(-keys / slots));
  assertLess(Math.abs(used.size - expected), expected / 10);
});
