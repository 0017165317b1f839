/**
 * Tests of the units: what is read, and above all what is not.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  DURATION_UNITS,
  parseByteRange,
  parseByteSize,
  parseCount,
  parseDuration,
  parsePercentage,
  parseSeconds,
  parseShare,
  parseWholeNumber,
  SIZE_UNITS,
} from "../../lib/option/units.ts";

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

Deno.test("parseCount() reads plain counts, thousands and millions", () => {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  const rows = [
    ["0", 0],
    ["65536", 65_536],
    ["10k", 10_000],
    ["1M", 1_000_000],
    ["0M", 0],
    ["1.5M", 1_500_000],
    ["1.005k", 1005],
    ["0.001k", 1],
    ["1.50k", 1500],
    ["1.000000M", 1_000_000],
    ["4.35M", 4_350_000],
    ["1.0000000000k", 1000],
    ["9007199254740991", 2 ** 53 - 1],
  ] as const;
  for (const [text, expected] of rows) assertStrictEquals(parseCount(text, bounds), expected, text);
});

Deno.test("parseCount() refuses fractions that stay fractions, and every other unit and spelling", () => {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  const spellings = [
    "1.5",
    "1.0",
    "1.0005k",
    "1.0000001M",
    "1.00000000000000000001M",
    "1.k",
    ".5M",
    "1K",
    "1m",
    "1G",
    "1kB",
    "1kk",
    "1 k",
    "k",
    "M",
    "-1k",
    "1e3k",
    "9007199254740992",
    "10000000000M",
  ];
  for (const text of [...NOT_NUMBERS, ...spellings]) {
    assertStrictEquals(parseCount(text, bounds), undefined, JSON.stringify(text));
  }
});

Deno.test("parseCount() includes both bounds and nothing beyond them", () => {
  const bounds = { min: 2000, max: 3_000_000 };
  const rows = [["1999", undefined], ["1.999k", undefined], ["2k", 2000], ["3M", 3_000_000], [
    "3.000001M",
    undefined,
  ]] as const;
  for (const [text, expected] of rows) assertStrictEquals(parseCount(text, bounds), expected, text);
});

Deno.test("parseCount() reads back every count it is shown, in whichever unit", () => {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  fc.assert(fc.property(fc.maxSafeNat(), fc.constantFrom(["", 0] as const, ["k", 3] as const, ["M", 6] as const), (
    value,
    [unit, zeros],
  ) => {
    const digits = String(value).padStart(zeros + 1, "0");
    const text = zeros === 0 ? digits : `${digits.slice(0, -zeros)}.${digits.slice(-zeros)}${unit}`;
    assertStrictEquals(parseCount(text, bounds), value, text);
  }));
});

Deno.test("parsePercentage() reads percentages as shares, up to the greatest", () => {
  for (
    const [text, expected] of [["0%", 0], ["3%", 0.03], ["0.5%", 0.005], ["29%", 0.29], ["150%", 1.5]] as const
  ) {
    assertStrictEquals(parsePercentage(text, { maxPercent: 150 }), expected, text);
  }
  const wrong = ["3", "0.03", "-3%", "3 %", "%", "3%%", "3.%", ".5%", "150.1%", "1e2%"];
  for (const text of [...NOT_NUMBERS, ...wrong]) {
    assertStrictEquals(parsePercentage(text, { maxPercent: 150 }), undefined, JSON.stringify(text));
  }
});

Deno.test("parseShare() reads shares from 0 to 1", () => {
  for (
    const [text, expected] of [["0", 0], ["1", 1], ["0.0", 0], ["1.00", 1], ["0.95", 0.95], ["0.001", 0.001]] as const
  ) {
    assertStrictEquals(parseShare(text), expected, text);
  }
  const beyond = ["1.1", "2", "95", "95%", "1.00000000000000000001", "00.5", "01"];
  for (const text of [...NOT_NUMBERS, ...beyond]) assertStrictEquals(parseShare(text), undefined, JSON.stringify(text));
});

Deno.test("parseDuration() reads each unit as milliseconds, without rounding noise", () => {
  const bounds = { min: 0, max: 86_400_000 };
  const rows = [
    ["0s", 0],
    ["0ms", 0],
    ["2s", 2000],
    ["500ms", 500],
    ["1.5s", 1500],
    ["1m", 60_000],
    ["0.1m", 6000],
    ["1.005m", 60_300],
    ["1.005s", 1005],
    ["0.25ms", 0.25],
    ["1440m", 86_400_000],
    ["86400s", 86_400_000],
  ] as const;
  for (const [text, expected] of rows) assertStrictEquals(parseDuration(text, bounds), expected, text);
  assertEquals(DURATION_UNITS, ["ms", "s", "m"]);
});

Deno.test("parseDuration() refuses a duration without a unit, with another one, or out of bounds", () => {
  const bounds = { min: 10, max: 86_400_000 };
  const spellings = [
    "2",
    "2S",
    "2sec",
    "2 s",
    "s",
    ".5s",
    "1.s",
    "1h",
    "1d",
    "1M",
    "500us",
    "500µs",
    "1m30s",
    "-1s",
    "1e3s",
  ];
  const beyond = ["9ms", "9.999ms", "0s", "86400001ms", "1441m", `${"9".repeat(400)}s`];
  for (const text of [...NOT_NUMBERS, ...spellings, ...beyond, "1constructor"]) {
    assertStrictEquals(parseDuration(text, bounds), undefined, JSON.stringify(text));
  }
});

Deno.test("parseByteRange() reads one size or two", () => {
  const bounds = { min: 1, max: 2 ** 20 };
  const rows = [
    ["100", { min: 100, max: 100 }],
    ["1MiB", { min: 2 ** 20, max: 2 ** 20 }],
    ["64-1KiB", { min: 64, max: 1024 }],
    ["1kB-1KiB", { min: 1000, max: 1024 }],
    ["100-100B", { min: 100, max: 100 }],
  ] as const;
  for (const [text, expected] of rows) assertEquals(parseByteRange(text, bounds), expected, text);
});

Deno.test("parseByteRange() refuses sizes the wrong way round, out of bounds, or too few or many", () => {
  const bounds = { min: 1, max: 2 ** 20 };
  const texts = [
    "5-3",
    "1KiB-1kB",
    "0-5",
    "1-2MiB",
    "0",
    "2MiB",
    "-5",
    "5-",
    "-",
    "1-2-3",
    "1--2",
    "1 - 2",
    "1..2",
    "64–128",
    "4.5-6",
  ];
  for (const text of [...NOT_NUMBERS, ...texts]) {
    assertStrictEquals(parseByteRange(text, bounds), undefined, JSON.stringify(text));
  }
});
