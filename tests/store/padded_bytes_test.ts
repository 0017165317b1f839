/**
 * Tests of the byte strings: the text they hold, and the zeros behind it.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

/** Text of any code points, surrogates that stand alone excepted. */
const TEXT = fc.string({ unit: "binary", maxLength: 40 });

/** The content with its padding, up to a whole word. */
function padded({ bytes, length }: PaddedBytes): number[] {
  return [...bytes.subarray(0, Math.ceil(length / 4) * 4)];
}

/** Checks all that a user of the bytes relies on. */
function assertHolds(buffer: PaddedBytes, text: string): void {
  const expected = [...new TextEncoder().encode(text)];
  assertStrictEquals(buffer.length, expected.length);
  assertStrictEquals(buffer.toString(), text);
  while (expected.length % 4 !== 0) expected.push(0);
  assertEquals(padded(buffer), expected);
  assertStrictEquals(buffer.words.buffer, buffer.bytes.buffer);
  assertStrictEquals(buffer.words.byteLength, buffer.bytes.length);
}

Deno.test("PaddedBytes.of() holds the text as UTF-8, padded with zeros to whole words", () => {
  for (const text of ["", "a", "abc", "abcd", "abcde", "\0", "ß", "€", "\u{1f511}", "\ufeffKey", "Key65535"]) {
    assertHolds(PaddedBytes.of(text), text);
  }
  fc.assert(fc.property(TEXT, (text) => assertHolds(PaddedBytes.of(text), text)));
});

Deno.test("PaddedBytes.setString() leaves nothing of what it replaces", () => {
  const buffer = new PaddedBytes(0);
  fc.assert(fc.property(fc.array(TEXT, { minLength: 1, maxLength: 5 }), (texts) => {
    for (const text of texts) {
      buffer.setString(text);
      assertHolds(buffer, text);
    }
  }));
});

Deno.test("PaddedBytes.setString() keeps the buffer when the text is sure to fit", () => {
  const buffer = new PaddedBytes(24);
  const { bytes } = buffer;
  for (const text of ["Key12345", "Key", "€€€€€€€€", ""]) {
    buffer.setString(text);
    assertStrictEquals(buffer.bytes, bytes);
    assertHolds(buffer, text);
  }
});

Deno.test("PaddedBytes.setString() writes U+FFFD for a surrogate that stands alone", () => {
  assertHolds(PaddedBytes.of("a\ud800b"), "a\ufffdb");
});

Deno.test("PaddedBytes.reserve() makes room for whole words, at least twice as much as before, and never less", () => {
  const buffer = new PaddedBytes(5);
  assertStrictEquals(buffer.bytes.length, 8);
  let before = buffer.bytes.length;
  for (const capacityBytes of [0, 8, 9, 100, 101, 50, 1_000]) {
    buffer.reserve(capacityBytes);
    const { length } = buffer.bytes;
    assertStrictEquals(length % 4, 0);
    assertStrictEquals(buffer.words.length * 4, length);
    assertGreaterOrEqual(length, capacityBytes);
    assert(length === before || length >= 2 * before, `${before} → ${length}`);
    before = length;
  }
});
