/**
 * Tests of the CBOR reader: it reads what snapshots are made of as `@std/cbor` writes it, and refuses all else.
 *
 * @module
 */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { encodeCbor } from "@std/cbor";
import fc from "fast-check";
import { readCbor } from "../../lib/codec/cbor_reader.ts";
import { concat, HOSTILE_TEXTS, sortedEntries } from "./fixtures.ts";

function ofHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

Deno.test("readCbor() reads the examples of RFC 8949, appendix A, that have its types", () => {
  const rows = [
    ["00", 0],
    ["01", 1],
    ["0a", 10],
    ["17", 23],
    ["1818", 24],
    ["1819", 25],
    ["1864", 100],
    ["1903e8", 1000],
    ["1a000f4240", 1_000_000],
    ["1b000000e8d4a51000", 1_000_000_000_000],
    ["60", ""],
    ["6161", "a"],
    ["6449455446", "IETF"],
    ["62225c", '"\\'],
    ["62c3bc", "ü"],
    ["63e6b0b4", "水"],
    ["64f0908591", "\u{10151}"],
    ["a0", {}],
    ["a56161614161626142616361436164614461656145", { a: "A", b: "B", c: "C", d: "D", e: "E" }],
  ] as const;
  for (const [hex, value] of rows) assertEquals(readCbor(ofHex(hex)), value, hex);
});

Deno.test("readCbor() refuses the examples of RFC 8949, appendix A, that have other types or no definite length", () => {
  const examples = [
    ...["20", "3863", "1bffffffffffffffff", "c249010000000000000000", "f90000", "fa47c35000", "fb3ff199999999999a"],
    ...["f4", "f5", "f6", "f7", "f0", "f8ff", "c11a514b67b0", "4401020304", "80", "83010203", "a201020304"],
    ...["5f42010243030405ff", "7f657374726561646d696e67ff", "9fff", "bf61610161629f0203ffff"],
  ];
  for (const hex of examples) assertThrows(() => readCbor(ofHex(hex)), Error, "Cannot read");
});

Deno.test("readCbor() refuses bytes that end within the value, or after it", () => {
  const whole = Uint8Array.from(encodeCbor({ a: "text", b: 1000, c: { d: 2 ** 40 } }));
  for (let length = 0; length < whole.length; length++) {
    assertThrows(() => readCbor(whole.slice(0, length)), RangeError);
  }
  assertThrows(() => readCbor(concat(whole, Uint8Array.of(0))), RangeError, "bytes follow the value");
});

Deno.test("readCbor() reads every number up to 2^53 - 1 as encodeCbor() writes it", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (value) => {
    assertStrictEquals(readCbor(Uint8Array.from(encodeCbor(value))), value);
  }));
});

Deno.test("readCbor() refuses a number beyond 2^53 - 1", () => {
  assertStrictEquals(readCbor(ofHex("1b001fffffffffffff")), Number.MAX_SAFE_INTEGER);
  assertThrows(() => readCbor(ofHex("1b0020000000000000")), RangeError, "it exceeds 2^53 - 1");
});

Deno.test("readCbor() reads a head that is longer than it must be", () => {
  for (const hex of ["1805", "190005", "1a00000005", "1b0000000000000005"]) assertStrictEquals(readCbor(ofHex(hex)), 5);
});

Deno.test("readCbor() makes own members of keys that every object answers to", () => {
  const entries = HOSTILE_TEXTS.map((text) => [text, text] as const);
  const head = Uint8Array.of(0xb8, entries.length);
  const bytes = concat(head, ...entries.flat().map((text) => encodeCbor(text)));
  const map = readCbor(bytes);
  assertEquals(sortedEntries(map as object), sortedEntries(Object.fromEntries(entries)));
  assertStrictEquals(Object.getPrototypeOf(map), Object.prototype);
});

Deno.test("readCbor() reads only its part when the bytes are a part of their buffer", () => {
  const buffer = ofHex("ffffa16161190100ffff").buffer;
  assertEquals(readCbor(new Uint8Array(buffer, 2, 6)), { a: 256 });
});
