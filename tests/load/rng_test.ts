/**
 * Tests of the random numbers: the documented algorithm, in streams that have nothing to do with each other.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { Rng } from "../../lib/load/rng.ts";
import { assertByChance, countNumbers } from "./statistics.ts";

const MASK_32 = 0xffff_ffffn;

/** xoshiro128** as its authors' C has it, in whole numbers of any size. */
class ReferenceXoshiro {
  readonly #s: [bigint, bigint, bigint, bigint];

  constructor(...state: [bigint, bigint, bigint, bigint]) {
    this.#s = state;
  }

  next(): bigint {
    const s = this.#s;
    const result = (rotateLeft((s[1] * 5n) & MASK_32, 7n) * 9n) & MASK_32;
    const t = (s[1] << 9n) & MASK_32;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11n);
    return result;
  }
}

function rotateLeft(x: bigint, k: bigint): bigint {
  return ((x << k) | (x >> (32n - k))) & MASK_32;
}

function referenceMix(x: bigint): bigint {
  x = ((x ^ (x >> 16n)) * 0x21f0aaadn) & MASK_32;
  x = ((x ^ (x >> 15n)) * 0x735a2d97n) & MASK_32;
  return x ^ (x >> 15n);
}

/** The reference with the state that a seed and a stream stand for. */
function reference(seed: number, stream: number): ReferenceXoshiro {
  const start = referenceMix(BigInt(seed)) ^ BigInt(stream);
  const [a, b, c, d] = [1n, 2n, 3n, 4n].map((i) => referenceMix((start + i * 0x9e3779b9n) & MASK_32));
  assert(a !== undefined && b !== undefined && c !== undefined && d !== undefined);
  return new ReferenceXoshiro(a, b, c, d);
}

/** The next numbers, unsigned. */
function take(rng: Rng, count: number): number[] {
  return Array.from({ length: count }, () => rng.next() >>> 0);
}

Deno.test("ReferenceXoshiro.next() gives the numbers known of xoshiro128** when the state is 1, 2, 3, 4", () => {
  const xoshiro = new ReferenceXoshiro(1n, 2n, 3n, 4n);
  const known = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804];
  assertEquals(known.map(() => Number(xoshiro.next())), known);
});

Deno.test("Rng.next() gives the numbers of the reference when seed and stream are anything", () => {
  const any32 = fc.oneof(fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1), fc.nat(2 ** 32 - 1));
  fc.assert(fc.property(any32, any32, (seed, stream) => {
    const expected = reference(seed, stream);
    assertEquals(take(new Rng(seed, stream), 20), Array.from({ length: 20 }, () => Number(expected.next())));
  }));
});

Deno.test("Rng.next() still gives the numbers of the reference after a hundred thousand", () => {
  const rng = new Rng(42, 7);
  const expected = reference(42, 7);
  for (let i = 0; i < 100_000; i++) {
    if (rng.next() >>> 0 !== Number(expected.next())) throw new Error(`The number ${i} differs`);
  }
});

Deno.test("Rng.next() gives signed 32-bit integers, positive and negative", () => {
  const rng = new Rng(1);
  const numbers = Array.from({ length: 100 }, () => rng.next());
  assert(numbers.every((number) => number === (number | 0)));
  assert(numbers.some((number) => number < 0) && numbers.some((number) => number > 0));
});

Deno.test("Rng.next() gives the same numbers when seed and stream are the same", () => {
  assertEquals(take(new Rng(5, 3), 100), take(new Rng(5, 3), 100));
  assertEquals(take(new Rng(5), 100), take(new Rng(5, 0), 100));
});

Deno.test("Rng.next() gives other numbers when the stream or the seed differs", () => {
  const firsts = new Set<number>();
  for (const seed of [0, 1, 2, 2 ** 32 - 1]) {
    for (let stream = 0; stream < 100; stream++) {
      for (const number of take(new Rng(seed, stream), 4)) firsts.add(number);
    }
  }
  // Of 1600 random numbers below 2^32, hardly two are equal; streams that overlap would have many in common.
  assert(firsts.size >= 1599, `${firsts.size} different numbers of 1600`);
  assertNotEquals(take(new Rng(0, 1), 4), take(new Rng(1, 0), 4));
});

Deno.test("Rng.next() sets each bit half of the time", () => {
  const rng = new Rng(11);
  const counts = new Array<number>(32).fill(0);
  for (let i = 0; i < 20_000; i++) {
    const number = rng.next();
    for (let bit = 0; bit < 32; bit++) counts[bit]! += (number >>> bit) & 1;
  }
  // Five standard deviations.
  for (const count of counts) assert(Math.abs(count - 10_000) < 5 * Math.sqrt(5000), `${count} of 20000`);
});

Deno.test("Rng.below() stays in its range and reaches both ends", () => {
  const rng = new Rng(3);
  for (const bound of [1, 2, 3, 7, 20, 100]) {
    const seen = new Set(Array.from({ length: 2000 }, () => rng.below(bound)));
    assertEquals([...seen].sort((a, b) => a - b), Array.from({ length: bound }, (_, i) => i));
  }
});

Deno.test("Rng.below() stays in its range when the bound is large", () => {
  const rng = new Rng(4);
  for (const bound of [65_536, 1_000_003, 2 ** 31 - 1]) {
    const numbers = Array.from({ length: 1000 }, () => rng.below(bound));
    assert(numbers.every((number) => Number.isInteger(number) && number >= 0 && number < bound));
    assert(numbers.some((number) => number < bound / 8) && numbers.some((number) => number > 7 * bound / 8));
  }
});

Deno.test("Rng.below() takes the next number as a fraction of its bound", () => {
  const rng = new Rng(9, 2);
  const expected = reference(9, 2);
  for (let i = 0; i < 1000; i++) assertEquals(rng.below(1000), Number((expected.next() * 1000n) >> 32n));
});

Deno.test("Rng.below() is uniform", () => {
  const rng = new Rng(2024);
  assertByChance(countNumbers(() => rng.below(100), { draws: 200_000, bound: 100 }));
});

Deno.test("Rng.fraction() takes 27 bits of the next number and 26 of the one after, the high ones", () => {
  const rng = new Rng(9, 3);
  const expected = reference(9, 3);
  for (let i = 0; i < 1000; i++) {
    const bits = (expected.next() >> 5n) << 26n | (expected.next() >> 6n);
    assertEquals(BigInt(rng.fraction() * 2 ** 53), bits);
  }
});

Deno.test("Rng.fraction() is uniform from 0 to below 1, down to its last bits", () => {
  const rng = new Rng(2025);
  assertByChance(countNumbers(() => Math.floor(rng.fraction() * 100), { draws: 200_000, bound: 100 }));
  assertByChance(countNumbers(() => rng.fraction() * 2 ** 53 % 64, { draws: 200_000, bound: 64 }));
});
