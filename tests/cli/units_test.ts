/**
 * Tests of the units: what is read, and above all what is not.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { parseByteSize, parseSeconds, parseWholeNumber, SIZE_UNITS } from "../../lib/cli/units.ts";

/** What no unit takes for a number. */
const NOT_NUMBERS = [
  "",
  " ",
  " 4",
  "4 ",
  "4\n",
  "+4",
  "-4",
  "-0",
  "1e3",
  "1E3",
  "0x10",
  "0b1",
  "1_000",
  "1,000",
  "1.",
  ".5",
  "1.5.2",
  "NaN",
  "Infinity",
  "-Infinity",
  "four",
  "４",
  "٤",
];

Deno.test("parseWholeNumber() reads plain decimal digits", () => {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  for (const [text, expected] of [["0", 0], ["4", 4], ["007", 7], ["9007199254740991", 2 ** 53 - 1]] as const) {
    assertStrictEquals(parseWholeNumber(text, bounds), expected, text);
  }
});

Deno.test("parseWholeNumber() includes both bounds and nothing beyond them", () => {
  const bounds = { min: 1, max: 1024 };
  const rows = [["0", undefined], ["1", 1], ["1024", 1024], ["1025", undefined], ["9".repeat(400), undefined]] as const;
  for (const [text, expected] of rows) assertStrictEquals(parseWholeNumber(text, bounds), expected, text);
});

Deno.test("parseWholeNumber() refuses what is no plain whole number", () => {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  for (const text of [...NOT_NUMBERS, "0.5", "4.0", "9007199254740992", "9007199254740993", "4KiB"]) {
    assertStrictEquals(parseWholeNumber(text, bounds), undefined, JSON.stringify(text));
  }
});

Deno.test("parseWholeNumber() reads back every integer it is shown", () => {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  fc.assert(fc.property(fc.maxSafeNat(), (value) => assertEquals(parseWholeNumber(`${value}`, bounds), value)));
});

Deno.test("parseSeconds() reads whole seconds and fractions as milliseconds, without rounding noise", () => {
  const rows = [["10", 10_000], ["0.5", 500], ["1.005", 1005], ["0.0001", 0.1], ["4.35", 4350], [
    "60",
    60_000,
  ]] as const;
  for (const [text, expected] of rows) assertStrictEquals(parseSeconds(text, { maxMs: 60_000 }), expected, text);
});

Deno.test("parseSeconds() refuses zero, more than the maximum, and what is no plain decimal number", () => {
  for (const text of [...NOT_NUMBERS, "0", "0.0", `0.${"0".repeat(400)}1`, "60.001", "9".repeat(400), "10s"]) {
    assertStrictEquals(parseSeconds(text, { maxMs: 60_000 }), undefined, JSON.stringify(text));
  }
});

Deno.test("parseByteSize() reads each unit, and bytes without one", () => {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  const rows = [
    ["65536", 65_536],
    ["1B", 1],
    ["2kB", 2000],
    ["2KiB", 2048],
    ["3MB", 3_000_000],
    ["256MiB", 268_435_456],
    ["1GB", 1_000_000_000],
    ["8GiB", 8_589_934_592],
  ] as const;
  for (const [text, expected] of rows) assertStrictEquals(parseByteSize(text, bounds), expected, text);
  assertEquals(SIZE_UNITS, ["B", "kB", "KiB", "MB", "MiB", "GB", "GiB"]);
});

Deno.test("parseByteSize() includes both bounds and nothing beyond them", () => {
  const bounds = { min: 4096, max: 8 * 2 ** 30 };
  const rows = [
    ["4095", undefined],
    ["4KiB", 4096],
    ["4kB", undefined],
    ["8GiB", 8 * 2 ** 30],
    ["8589934593", undefined],
    ["9GB", undefined],
    ["9".repeat(400), undefined],
  ] as const;
  for (const [text, expected] of rows) assertStrictEquals(parseByteSize(text, bounds), expected, text);
});

Deno.test("parseByteSize() refuses every other unit and spelling", () => {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  const spellings = [
    "256M",
    "256m",
    "1K",
    "1k",
    "1kib",
    "1KB",
    "1mib",
    "1Mb",
    "1TiB",
    "0.5GiB",
    "1 GiB",
    "GiB",
    "1GiBs",
  ];
  for (const text of [...NOT_NUMBERS, ...spellings, "1constructor", "1__proto__"]) {
    assertStrictEquals(parseByteSize(text, bounds), undefined, JSON.stringify(text));
  }
});
