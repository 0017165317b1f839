/**
 * Tests of `@std/cbor`, or of what stands in for it: the examples of RFC 8949, appendix A, as far as its types go, and
 * what the original does where the RFC leaves a choice.
 *
 * @module
 */
import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { CborTag, type CborType, decodeCbor, encodeCbor } from "@std/cbor";
import fc from "fast-check";

const oneTo25 = Array.from({ length: 25 }, (_, i) => i + 1);

/** Encoded and decoded to each other. */
const EXAMPLES: readonly (readonly [hex: string, value: CborType])[] = [
  ["00", 0],
  ["01", 1],
  ["0a", 10],
  ["17", 23],
  ["1818", 24],
  ["1819", 25],
  ["1864", 100],
  ["1903e8", 1000],
  ["1a000f4240", 1_000_000],
  ["1b000000e8d4a51000", 1_000_000_000_000n],
  ["1bffffffffffffffff", 18_446_744_073_709_551_615n],
  ["c249010000000000000000", 18_446_744_073_709_551_616n],
  ["3bffffffffffffffff", -18_446_744_073_709_551_616n],
  ["c349010000000000000000", -18_446_744_073_709_551_617n],
  ["20", -1],
  ["29", -10],
  ["3863", -100],
  ["3903e7", -1000],
  ["fb3ff199999999999a", 1.1],
  ["fbc010666666666666", -4.1],
  ["fb7ff0000000000000", Infinity],
  ["fb7ff8000000000000", NaN],
  ["fbfff0000000000000", -Infinity],
  ["f4", false],
  ["f5", true],
  ["f6", null],
  ["f7", undefined],
  ["c11a514b67b0", new Date("2013-03-21T20:04:00Z")],
  ["c1fb41d452d9ec200000", new Date("2013-03-21T20:04:00.500Z")],
  ["d74401020304", new CborTag(23, Uint8Array.of(1, 2, 3, 4))],
  ["d818456449455446", new CborTag(24, Uint8Array.of(0x64, 0x49, 0x45, 0x54, 0x46))],
  ["d82076687474703a2f2f7777772e6578616d706c652e636f6d", new CborTag(32, "http://www.example.com")],
  ["40", new Uint8Array(0)],
  ["4401020304", Uint8Array.of(1, 2, 3, 4)],
  ["60", ""],
  ["6161", "a"],
  ["6449455446", "IETF"],
  ["62225c", '"\\'],
  ["62c3bc", "ü"],
  ["63e6b0b4", "水"],
  ["64f0908591", "\u{10151}"],
  ["80", []],
  ["83010203", [1, 2, 3]],
  ["8301820203820405", [1, [2, 3], [4, 5]]],
  ["98190102030405060708090a0b0c0d0e0f101112131415161718181819", oneTo25],
  ["a0", {}],
  ["a26161016162820203", { a: 1, b: [2, 3] }],
  ["826161a161626163", ["a", { b: "c" }]],
  ["a56161614161626142616361436164614461656145", { a: "A", b: "B", c: "C", d: "D", e: "E" }],
];

/** Only decoded: what is encoded of these values is another of their forms. */
const DECODED_EXAMPLES: readonly (readonly [hex: string, value: CborType])[] = [
  ["f90000", 0],
  ["f98000", -0],
  ["f93c00", 1],
  ["f93e00", 1.5],
  ["f97bff", 65_504],
  ["fa47c35000", 100_000],
  ["fa7f7fffff", 3.4028234663852886e+38],
  ["fb7e37e43c8800759c", 1e300],
  ["f90001", 5.960464477539063e-8],
  ["f90400", 0.00006103515625],
  ["f9c400", -4],
  ["f97c00", Infinity],
  ["f97e00", NaN],
  ["f9fc00", -Infinity],
  ["fa7f800000", Infinity],
  ["fa7fc00000", NaN],
  ["faff800000", -Infinity],
  ["c074323031332d30332d32315432303a30343a30305a", new Date("2013-03-21T20:04:00Z")],
  ["5f42010243030405ff", Uint8Array.of(1, 2, 3, 4, 5)],
  ["7f657374726561646d696e67ff", "streaming"],
  ["9fff", []],
  ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
  ["9f01820203820405ff", [1, [2, 3], [4, 5]]],
  ["83018202039f0405ff", [1, [2, 3], [4, 5]]],
  ["83019f0203ff820405", [1, [2, 3], [4, 5]]],
  ["9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", oneTo25],
  ["bf61610161629f0203ffff", { a: 1, b: [2, 3] }],
  ["826161bf61626163ff", ["a", { b: "c" }]],
  ["bf6346756ef563416d7421ff", { Fun: true, Amt: -2 }],
];

function ofHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("encodeCbor() writes the examples of RFC 8949, appendix A", () => {
  for (const [hex, value] of EXAMPLES) assertStrictEquals(toHex(encodeCbor(value)), hex);
});

Deno.test("decodeCbor() reads the examples of RFC 8949, appendix A", () => {
  for (const [hex, value] of [...EXAMPLES, ...DECODED_EXAMPLES]) assertEquals(decodeCbor(ofHex(hex)), value, hex);
  assertStrictEquals(decodeCbor(ofHex("f98000")), -0);
});

Deno.test("decodeCbor() refuses the examples of RFC 8949, appendix A, that it has no types for", () => {
  for (const hex of ["f0", "f8ff", "a201020304"]) assertThrows(() => decodeCbor(ofHex(hex)), Error);
});

Deno.test("encodeCbor() writes the same integer when it is a number and when it is a bigint", () => {
  const integers = [
    0,
    23,
    24,
    255,
    256,
    65_535,
    65_536,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 63,
    -1,
    -(2 ** 40),
  ];
  for (const integer of integers) assertEquals(encodeCbor(integer), encodeCbor(BigInt(integer)));
});

Deno.test("encodeCbor() gives a plain Uint8Array when the encoding is short and when it is long", () => {
  for (let length = 0; length < 1000; length = 2 * length + 1) {
    assertStrictEquals(Object.getPrototypeOf(encodeCbor("x".repeat(length))), Uint8Array.prototype);
    assertStrictEquals(Object.getPrototypeOf(encodeCbor(Array(length).fill(500))), Uint8Array.prototype);
  }
});

Deno.test("encodeCbor() refuses a number of more than 64 bits", () => {
  for (const number of [2 ** 64, -(2 ** 64), 1e300]) assertThrows(() => encodeCbor(number), RangeError);
});

Deno.test("encodeCbor() keeps the order of an object's keys", () => {
  assertStrictEquals(toHex(encodeCbor({ b: 1, aa: 2, a: 3 })), "a3" + "616201" + "62616102" + "616103");
});

Deno.test("decodeCbor() gives a Map when a Map was encoded", () => {
  const map = new Map<CborType, CborType>([[1, 2], ["a", new Map([[true, null]])]]);
  const bytes = encodeCbor(map);
  assertStrictEquals(toHex(bytes), "d90103a2" + "0102" + "6161" + "d90103a1" + "f5f6");
  assertEquals(decodeCbor(bytes), map);
});

Deno.test("decodeCbor() gives a tag with a bigint when its number needs eight bytes", () => {
  const tag = decodeCbor(ofHex("dbffffffffffffffff00"));
  assertInstanceOf(tag, CborTag);
  assertEquals([BigInt(tag.tagNumber), tag.tagContent], [2n ** 64n - 1n, 0]);
});

Deno.test("decodeCbor() refuses what is cut short", () => {
  for (const hex of ["", "18", "1903", "1a000f42", "1b000000e8d4a510", "830102", "a16161", "fb3ff1", "c1", "d7"]) {
    assertThrows(() => decodeCbor(ofHex(hex)), Error);
  }
});

Deno.test("decodeCbor() refuses a map with a key twice", () => {
  assertThrows(() => decodeCbor(ofHex("a2616101616102")), Error);
});

Deno.test("decodeCbor() gives back what encodeCbor() was given", () => {
  const text = fc.string({ unit: "binary" }).filter((text) => !text.startsWith("\ufeff"));
  const { value } = fc.letrec<{ value: CborType }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom<CborType[]>(null, undefined, true, false),
      fc.integer(),
      fc.double({ noNaN: true }).filter((number) => !Number.isInteger(number)),
      fc.bigInt().filter((integer) => integer >= 2n ** 32n || integer < -(2n ** 32n)),
      text,
      fc.uint8Array(),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(fc.string({ unit: "binary-ascii" }).filter((key) => !(key in {})), tie("value"), {
        maxKeys: 5,
        noNullPrototype: true,
      }),
    ),
  }));
  fc.assert(fc.property(value, (value) => assertEquals(decodeCbor(encodeCbor(value)), value)));
});
