/**
 * Tests of the page of a sweep of rates: it says what its speeds are, wherever it shows one.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mapSvg, reportHtml } from "../../lib/page/page.ts";
import { medianOpsPerSec, reportData } from "../../lib/page/report_data.ts";
import { parseSource } from "../../lib/page/source.ts";
import type { RunLine, SummaryLine } from "../../lib/sweep/lines.ts";
import { HEADER, ratesSweep } from "../sweep/documents.ts";

const { lines, summary } = ratesSweep();
const SOURCE = sourceOf(lines, summary);

function sourceOf(lines: readonly RunLine[], summary: SummaryLine) {
  return parseSource("rates.jsonl", [HEADER, ...lines, summary].map((line) => `${JSON.stringify(line)}\n`).join(""));
}

Deno.test("reportHtml() says of a sweep of rates which p99 they keep, and gives the commands at these rates", () => {
  const page = reportHtml([SOURCE]);
  assertStringIncludes(page, "Operations per second with a p99 of at most 5 ms, over what a process crash loses");
  assertStringIncludes(page, "↑ operations per second with a p99 of at most 5 ms");
  assertStringIncludes(page, "the highest rate at which half of its runs keep the limit on the p99");
  assertStringIncludes(page, "Highest rate/s");
  assertStringIncludes(page, "too slow");
  assertMatch(page, /kvlab --rate=\d+ --seed=1 file --flush-period-us=2000/);
  assert(!page.includes("How noisy the machine was"));
  assertStringIncludes(mapSvg([SOURCE]) ?? "", "Operations per second with a p99 of at most 5 ms, over what");
});

Deno.test("reportData() has the runs of a sweep of rates that keep the limit", () => {
  const { configurations } = reportData([SOURCE]);
  assertEquals(configurations.map(({ runs, opsPerSec }) => [runs.length, opsPerSec]), [
    [9, undefined],
    [9, undefined],
    [0, undefined],
    [15, undefined],
  ]);
});

Deno.test("reportData() takes the closed loops with which a sweep of rates begins for no rates", () => {
  const { lines, summary } = ratesSweep(0);
  const { configurations } = reportData([sourceOf(lines, summary)]);
  assertEquals(configurations.map((one) => [one.runs.length, medianOpsPerSec(one)]), [
    [1, undefined],
    [1, undefined],
    [0, undefined],
    [1, undefined],
  ]);
});
