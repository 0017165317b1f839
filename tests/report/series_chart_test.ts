/**
 * Tests of the series in characters.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { seriesChart } from "../../lib/report/series_chart.ts";
import type { SeriesRow } from "../../lib/run/run_result.ts";

function rowsOf(rates: readonly number[], ages?: readonly number[]): SeriesRow[] {
  return rates.map((opsPerSec, index) => ({
    endMs: (index + 1) * 1000,
    durationMs: 1000,
    ops: opsPerSec,
    opsPerSec,
    reads: 0,
    writes: opsPerSec,
    ...(ages === undefined ? {} : {
      file: { processCrashWrites: 0, processCrashAgeMs: ages[index] ?? 0, snapshotsWritten: 0, bytesWritten: 0 },
    }),
  }));
}

Deno.test("seriesChart() shows throughput and the age at risk, each from zero to its greatest", () => {
  assertEquals(seriesChart(rowsOf([800, 400, 100, 0, 800]), 80), [
    "over time   █▄▁ █  up to 800 ops/s",
    "            each column 1 s",
  ]);
  assertEquals(seriesChart(rowsOf([800, 400, 100, 800], [5, 10, 40, 20]), 80), [
    "over time   █▄▁█  up to 800 ops/s",
    "at risk     ▁▂█▄  up to 40 ms",
    "            each column 1 s",
  ]);
});

Deno.test("seriesChart() leaves out a last row that is too short to say anything", () => {
  const whole = rowsOf([800, 400, 100, 800]);
  const last = rowsOf([1])[0]!;
  const ending = (durationMs: number) => seriesChart([...whole, { ...last, durationMs }], 80);
  assertEquals(ending(0.2), seriesChart(whole, 80));
  assertEquals(ending(99), seriesChart(whole, 80));
  assertEquals(ending(100)[0], "over time   █▄▁█   up to 800 ops/s");
});

Deno.test("seriesChart() puts intervals together where there are more than columns, and is left out where it says nothing", () => {
  const long = Array.from({ length: 300 }, (_, index) => 1_000_000 + index);
  const lines = seriesChart(rowsOf(long, long), 80);
  for (const line of lines) assertLessOrEqual(Array.from(line).length, 80);
  assertEquals(lines.at(-1)?.trim(), "each column 8 s");
  assertEquals(seriesChart(rowsOf([1, 2, 3]), 80), []);
  assertEquals(seriesChart(rowsOf([1, 2, 3, 4]), 59), []);
  assertEquals(seriesChart(rowsOf([0, 0, 0, 0]), 80)[0], "over time         up to 0 ops/s");
});
