/**
 * Tests of the hash: FNV-1a as its authors define it, in the form that YCSB gives it.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { fnvModulo } from "../../lib/load/zipfian.ts";

/** FNV-1a of 64 bits, in whole numbers of any size. */
function fnv1a(octets: Iterable<number>): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const octet of octets) hash = BigInt.asUintN(64, (hash ^ BigInt(octet)) * 0x100000001b3n);
  return hash;
}

/** YCSB's `Utils.fnvhash64`, whose arithmetic is that of Java's `long`. */
function fnvhash64(value: bigint): bigint {
  const octets = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  const signed = BigInt.asIntN(64, fnv1a(octets));
  return signed < 0n ? -signed : signed;
}

function moduloOf(value: bigint, modulus: number): number {
  return fnvModulo(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), modulus);
}

Deno.test("fnv1a() gives what is known of FNV-1a", () => {
  const hashOf = (text: string) => fnv1a(new TextEncoder().encode(text));
  assertEquals(["", "a", "foobar"].map(hashOf), [0xcbf29ce484222325n, 0xaf63dc4c8601ec8cn, 0x85944171f73967e8n]);
});

Deno.test("fnvModulo() is YCSB's hash modulo anything", () => {
  const any64 = fc.oneof(fc.nat(1000).map(BigInt), fc.bigInt(0n, 10_000_000_000n), fc.bigInt(0n, 2n ** 64n - 1n));
  const edges = [1, 2, 3, 2 ** 16, 2 ** 21 + 1, 10_000_000, 2 ** 30, 2 ** 31 - 2, 2 ** 31 - 1];
  const modulus = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1 }));
  fc.assert(
    fc.property(any64, modulus, (value, modulus) => {
      assertStrictEquals(BigInt(moduloOf(value, modulus)), fnvhash64(value) % BigInt(modulus));
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("fnvModulo() is YCSB's hash when the hash's low word is zero, and the hash is negative or not", () => {
  for (const [value, high] of [[0x3a000000024c4c85n, 0xdca291d7n], [0x6c00000000bbc298n, 0x1b0778afn]] as const) {
    const octets = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
    assertStrictEquals(fnv1a(octets), high << 32n);
    for (const modulus of [3, 999_983, 2 ** 31 - 1]) {
      assertStrictEquals(BigInt(moduloOf(value, modulus)), fnvhash64(value) % BigInt(modulus));
    }
  }
});

Deno.test("fnvModulo() is YCSB's hash modulo its own divisors and their neighbours", () => {
  // Where the quotient is a whole number, or just not, rounding shows.
  for (let value = 0n; value < 3000n; value++) {
    const hash = fnvhash64(value);
    for (const quotient of [2n ** 33n, 2n ** 40n, 2n ** 52n]) {
      const divisor = Number(hash / quotient);
      for (const modulus of [divisor - 1, divisor, divisor + 1]) {
        if (modulus < 1 || modulus >= 2 ** 31) continue;
        assertStrictEquals(BigInt(moduloOf(value, modulus)), hash % BigInt(modulus));
      }
    }
  }
});
