import { assertEquals } from "@std/assert";
import {
  formatCount,
  formatRate,
  formatSeconds,
  formatSize,
  microsecondsOf,
  readableDuration,
  readableNumber,
  readableShare,
  secondsOf,
} from "../../lib/report/format.ts";

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

Deno.test("secondsOf() and microsecondsOf() round to the nanosecond", () => {
  assertEquals(secondsOf(1.1 + 2.2), 0.0033);
  assertEquals(secondsOf(10_000.0908164), 10.000090816);
  assertEquals(microsecondsOf(1.1 + 2.2), 3_300);
  assertEquals(microsecondsOf(0.0015), 1.5);
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
    [2 ** 41, "2TiB"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991B"],
  ];
  for (const [sizeBytes, expected] of cases) assertEquals(formatSize(sizeBytes), expected);
});

Deno.test("formatCount() has a plural except for one", () => {
  assertEquals([0, 1, 2].map((count) => formatCount(count, "file")), ["0 files", "1 file", "2 files"]);
});

Deno.test("readableDuration() has four digits in the largest unit of which there is one", () => {
  const cases: [seconds: number, text: string][] = [
    [0, "0 s"],
    [1e-10, "0.1 ns"],
    [1e-9, "1 ns"],
    [8.12e-7, "812 ns"],
    [9.99949e-7, "999.9 ns"],
    [9.99951e-7, "1 µs"],
    [0.0015, "1.5 ms"],
    [0.01234567, "12.35 ms"],
    [0.99999, "1 s"],
    [10.0209, "10.02 s"],
    [12_345.6, "12,350 s"],
  ];
  for (const [seconds, text] of cases) assertEquals(readableDuration(seconds), text);
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

Deno.test("readableShare() is in percent", () => {
  assertEquals([0, 0.125, 0.00012345, 1].map(readableShare), ["0%", "12.5%", "0.01235%", "100%"]);
});
