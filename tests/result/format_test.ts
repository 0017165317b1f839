import { assertEquals } from "@std/assert";
import { formatSize, secondsOf } from "../../lib/option/units.ts";
import {
  formatCount,
  formatRate,
  formatSeconds,
  ordinal,
  readableBytes,
  readableCount,
  readableDuration,
  readableNumber,
  readableShare,
} from "../../lib/result/format.ts";

Deno.test("formatSeconds() has nanoseconds and no trailing zeros", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [0.0000004, "0"],
    [0.000001, "0.000000001"],
    [0.5, "0.0005"],
    [10_000, "10"],
    [100_000, "100"],
    [10_000.090816, "10.000090816"],
    [10_033.14522, "10.03314522"],
    [59_999.9999999, "60"],
    [86_400_000.000001, "86400.000000001"],
  ];
  for (const [durationMs, expected] of cases) assertEquals(formatSeconds(durationMs), expected);
});

Deno.test("secondsOf() rounds to the nanosecond", () => {
  assertEquals(secondsOf(1.1 + 2.2), 0.0033);
  assertEquals(secondsOf(10_000.0908164), 10.000090816);
});

Deno.test("formatRate() has two decimals", () => {
  const cases: [number, string][] = [[0, "0.00"], [0.005, "0.01"], [170_849.7484, "170849.75"], [1e9, "1000000000.00"]];
  for (const [perSecond, expected] of cases) assertEquals(formatRate(perSecond), expected);
});

Deno.test("formatSize() is exact in the largest unit that divides the size", () => {
  const cases: [number, string][] = [
    [0, "0B"],
    [1, "1B"],
    [1_000, "1kB"],
    [1_023, "1023B"],
    [1_024, "1KiB"],
    [1_025, "1025B"],
    [1_024_000, "1000KiB"],
    [100_000_000, "100MB"],
    [256 * 2 ** 20, "256MiB"],
    [1.5 * 2 ** 30, "1536MiB"],
    [2 ** 31, "2GiB"],
    [3e9, "3GB"],
    [2 ** 41, "2048GiB"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991B"],
  ];
  for (const [sizeBytes, expected] of cases) assertEquals(formatSize(sizeBytes), expected);
});

Deno.test("formatCount() has a plural except for one", () => {
  assertEquals([0, 1, 2].map((count) => formatCount(count, "file")), ["0 files", "1 file", "2 files"]);
});

Deno.test("readableDuration() has three digits in the largest unit of which there is one", () => {
  const cases: [durationMs: number, text: string][] = [
    [0, "0 s"],
    [1e-7, "0.1 ns"],
    [1e-6, "1 ns"],
    [8.12e-4, "812 ns"],
    [9.994e-4, "999 ns"],
    [9.996e-4, "1 µs"],
    [1.5, "1.5 ms"],
    [12.34567, "12.3 ms"],
    [999.9, "1 s"],
    [10_020.9, "10 s"],
    [12_345_600, "12,300 s"],
  ];
  for (const [durationMs, text] of cases) assertEquals(readableDuration(durationMs), text);
});

Deno.test("readableBytes() has three digits in the largest decimal unit of which there is one", () => {
  const cases: [bytes: number, text: string][] = [
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [999.9, "1 kB"],
    [13_600, "13.6 kB"],
    [625_000_000, "625 MB"],
    [2 ** 31, "2.15 GB"],
    [1.5e12, "1.5 TB"],
    [1e15, "1,000 TB"],
  ];
  for (const [bytes, text] of cases) assertEquals(readableBytes(bytes), text);
});

Deno.test("readableCount() groups digits, and has a plural except for one", () => {
  assertEquals([0, 1, 12_345].map((count) => readableCount(count, "write")), ["0 writes", "1 write", "12,345 writes"]);
});

Deno.test("ordinal() has the English suffixes", () => {
  assertEquals([1, 2, 3, 4, 11, 12, 13, 22, 101, 128].map(ordinal), [
    "1st",
    "2nd",
    "3rd",
    "4th",
    "11th",
    "12th",
    "13th",
    "22nd",
    "101st",
    "128th",
  ]);
});

Deno.test("readableNumber() has thousands separators, and digits behind the point below a thousand", () => {
  const cases: [value: number, text: string][] = [
    [0, "0"],
    [0.00123456, "0.001235"],
    [12.5, "12.5"],
    [123.456, "123.5"],
    [1000.4, "1,000"],
    [170_849.75, "170,850"],
    [13_600_000_000, "13,600,000,000"],
  ];
  for (const [value, text] of cases) assertEquals(readableNumber(value), text);
});

Deno.test("readableShare() is in percent, to hundredths at most", () => {
  assertEquals(
    [0, 0.125, 0.00012345, 0.0477, 0.98333, 1].map(readableShare),
    ["0%", "12.5%", "0.01%", "4.77%", "98.3%", "100%"],
  );
});
