import { assertEquals } from "@std/assert";
import {
  formatCount,
  formatRate,
  formatSeconds,
  formatSize,
  microsecondsOf,
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
