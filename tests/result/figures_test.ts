import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compareDocuments } from "../../lib/compare/comparison.ts";
import { parseResultDocument } from "../../lib/compare/result_file.ts";
import { reportHtml } from "../../lib/page/page.ts";
import { parseSource } from "../../lib/page/source.ts";
import { figureText } from "../../lib/page/wording.ts";
import { comparisonText } from "../../lib/report/comparison_text.ts";
import { figureEntry } from "../../lib/result/figure.ts";
import { figures, rowOf } from "../../lib/result/figures.ts";
import { repeatsText } from "../../lib/report/repeats_text.ts";
import { resultsCsv } from "../../lib/result/result_csv.ts";
import { resultJson } from "../../lib/result/result_json.ts";
import { summaryText } from "../../lib/report/result_text.ts";
import { readableFigure } from "../../lib/report/shown_figures.ts";
import type { RunResult } from "../../lib/run/run_result.ts";
import { parseTable } from "./csv_reading.ts";
import { fileResult, machine, memoryResult, mixResult, persisted, swept } from "./fixtures.ts";

/** A run with files of blocks. */
const blocks: RunResult = { ...fileResult, file: { ...persisted, snapshotsWritten: 0, blocksWritten: 1_234 } };
/** Runs that have all figures between them. */
const runs: readonly RunResult[] = [
  blocks,
  mixResult,
  { ...mixResult, file: { ...swept, recordsWritten: 500, checkpoints: 3, syncs: 20 } },
];

Deno.test("figures() counts blocks in every report", () => {
  assertStringIncludes(summaryText(blocks).replaceAll(/\s+/g, " "), "times what was put), 1,234 blocks");
  assertEquals(JSON.parse(resultJson(blocks, machine)).blocks_written, 1_234);
  assertEquals(parseTable(resultsCsv([blocks]))[0]?.blocks_written, "1234");
  assertStringIncludes(repeatsText([blocks, blocks]), "  blocks written           1,234    1,234    1,234\n");
  const documents = ["a", "b"].map((path) => parseResultDocument(path, resultJson(blocks, machine)));
  const row = comparisonText(compareDocuments(documents)).split("\n").find((line) => line.includes("blocks written"));
  assertEquals(row?.trim().split(/ {2,}/).slice(0, 3), ["blocks written", "1,234", "1,234"]);
  const page = reportHtml([parseSource("run.json", resultJson(blocks, machine))]);
  assert(/<tr[^>]*><t[hd][^>]*>blocks written<[^]*?>1,234</.test(page), "the page has no row of blocks written");
});

Deno.test("figures() leaves blocks out where none was written", () => {
  for (const result of [memoryResult, fileResult]) {
    assertEquals(figures(result).filter(({ name }) => name === "blocks_written"), []);
  }
});

Deno.test("rowOf() knows each figure by its name in JSON, and no two have the same", () => {
  for (const result of [memoryResult, ...runs]) {
    const names = figures(result).map((figure) => {
      const [name] = figureEntry(figure);
      const row = rowOf(name);
      assertEquals([row?.name, row?.kind], [figure.name, figure.kind], name);
      return name;
    });
    assertEquals(names.length, new Set(names).size);
  }
});

Deno.test("a figure has the unit of its kind, and one that another version has measured has its name and number", () => {
  const shown = (name: string, value: number) => [readableFigure(name, value), figureText(name, value)];
  assertEquals(shown("read_latency_p99_sec", 0.0015), ["1.5 ms", "1.5 ms"]);
  assertEquals(shown("blocked_on_lock_sec", 2), ["2 s", "2 s"]);
  assertEquals(shown("blocked_on_lock_share", 0.125), ["12.5%", "12.5%"]);
  assertEquals(shown("bytes_written", 13_600_000), ["13.6 MB", "13.6 MB"]);
  assertEquals(shown("total_ops_per_sec_with_drain", 12_345), ["12,345", "12,345/s"]);
  assertEquals(shown("puts_per_sync", 12.5), ["12.5", "12.5"]);
  assertEquals(shown("tea_breaks_sec", 1.5), ["1.5", "1.5"]);
});
