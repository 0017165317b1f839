/**
 * Tests of the shared-memory layout's arithmetic.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { alignUp, LINE_BYTES, LINE_DOUBLES, LINE_WORDS, nextPowerOfTwo } from "../../lib/sync/layout.ts";

Deno.test("LINE_BYTES, LINE_WORDS and LINE_DOUBLES are one length", () => {
  assertEquals(LINE_WORDS * Int32Array.BYTES_PER_ELEMENT, LINE_BYTES);
  assertEquals(LINE_DOUBLES * Float64Array.BYTES_PER_ELEMENT, LINE_BYTES);
});

Deno.test("alignUp() gives the least multiple that is not below the value", () => {
  for (
    const [value, aligned] of [[0, 0], [1, 64], [63, 64], [64, 64], [65, 128], [2 ** 40 + 1, 2 ** 40 + 64]] as const
  ) {
    assertStrictEquals(alignUp(value, 64), aligned);
  }
  fc.assert(fc.property(fc.nat({ max: 2 ** 48 }), fc.nat({ max: 12 }), (value, log2) => {
    const alignment = 2 ** log2;
    const aligned = alignUp(value, alignment);
    assertStrictEquals(aligned % alignment, 0);
    assert(aligned >= value);
    assertLess(aligned - value, alignment);
  }));
});

Deno.test("nextPowerOfTwo() gives the least power of two that is not below the value, at least 1", () => {
  for (const [value, power] of [[0, 1], [1, 1], [2, 2], [3, 4], [4, 4], [5, 8], [2 ** 31, 2 ** 31]] as const) {
    assertStrictEquals(nextPowerOfTwo(value), power);
  }
  fc.assert(fc.property(fc.integer({ min: 2, max: 2 ** 48 }), (value) => {
    const power = nextPowerOfTwo(value);
    assert(Number.isInteger(Math.log2(power)));
    assert(power >= value);
    assertLess(power / 2, value);
  }));
});
