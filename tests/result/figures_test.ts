import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { compareDocuments } from "../../lib/compare/comparison.ts";
import { meanPutBytes } from "../../lib/load/seed_workload.ts";
import { parseResultDocument, resultJson } from "../../lib/result/result_document.ts";
import { reportHtml } from "../../lib/page/page.ts";
import { parseSource } from "../../lib/page/source.ts";
import { figureText } from "../../lib/page/wording.ts";
import { comparisonText } from "../../lib/report/comparison_text.ts";
import { figureEntry, figureSource } from "../../lib/result/figure.ts";
import { figures, readableFigure, rowOf } from "../../lib/result/figures.ts";
import { repeatsText } from "../../lib/report/repeats_text.ts";
import { resultsCsv } from "../../lib/result/result_csv.ts";
import { summaryText } from "../../lib/report/result_text.ts";
import type { CostResult } from "../../lib/run/cost_meter.ts";
import type { RunResult } from "../../lib/run/run_result.ts";
import { parseTable } from "./csv_reading.ts";
import { fileResult, machine, memoryResult, mixResult, persisted, swept, threadOf } from "./fixtures.ts";

/** A run with files of blocks. */
const blocks: RunResult = { ...fileResult, file: { ...persisted, snapshotsWritten: 0, blocksWritten: 1_234 } };
/** Runs that have all figures between them. */
const runs: readonly RunResult[] = [
  {
    ...blocks,
    costs: { cpuMs: 1, residentBytesMax: 2, servers: { cpuMs: 3 }, diskBytes: 4, liveBytes: 5, deviceBytes: 6 },
  },
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

Deno.test("figures() tells how many records a scan found, in every report", () => {
  const scans: RunResult = {
    ...memoryResult,
    operations: [...memoryResult.operations, { operation: "scan", count: 40, records: 1_010 }],
  };
  assertStringIncludes(summaryText(scans).replaceAll(/\s+/g, " "), "40 scans, ");
  assertStringIncludes(summaryText(scans), "25.25 records per scan");
  const json = JSON.parse(resultJson(scans, machine));
  assertEquals(json.records_per_scan, 25.25);
  assertEquals(json.operations.at(-1), { operation: "scan", count: 40, records: 1_010 });
  assertEquals(parseTable(resultsCsv([scans]))[0]?.records_per_scan, "25.25");
  const documents = ["a", "b"].map((path) => parseResultDocument(path, resultJson(scans, machine)));
  assertStringIncludes(comparisonText(compareDocuments(documents)), "scans\n  records each");
  const page = reportHtml([parseSource("run.json", resultJson(scans, machine))]);
  assert(/<tr[^>]*><t[hd][^>]*>records per scan<[^]*?>25.25</.test(page), "the page has no row of records");
  assertEquals(figures(memoryResult).filter(({ name }) => name === "records_per_scan"), []);
});

Deno.test("figures() counts of a delete the key alone among the bytes put", () => {
  const { options: { workload }, threads: [thread] } = mixResult;
  const deletes: RunResult = {
    ...mixResult,
    threads: [{ ...thread!, writes: 500 }],
    operations: [{ operation: "read_modify_write", count: 400 }, { operation: "delete", count: 100 }],
  };
  assertEquals(figureSource(deletes).putBytes, 400 * meanPutBytes(workload) + 100 * 16);
});

/** What a run on a server of its own has cost. */
const costs: CostResult = {
  cpuMs: 40,
  residentBytesMax: 100_000_000,
  servers: { cpuMs: 20, residentBytesMax: 12_000_000 },
  deviceBytes: 81_000,
  diskBytes: 90_112,
  liveBytes: 45_056,
};

function costing(costs: CostResult): RunResult {
  return { ...fileResult, costs };
}

function costsOf(result: RunResult): string {
  const lines = summaryText(result).split("\n");
  const first = lines.findIndex((line) => line.startsWith("costs "));
  return lines.slice(first, lines.findIndex((line) => line.startsWith("stopped by"))).join(" ").replaceAll(/\s+/g, " ");
}

Deno.test("figures() has what a load costs, kvlab's part and the server's", () => {
  // 2,000 operations, of which 1,700 put 10.8 bytes on average.
  const { cpu_per_op_sec, kvlab_cpu_per_op_sec, server_cpu_per_op_sec, ...document } = JSON.parse(
    resultJson(costing(costs), machine),
  );
  assertEquals([cpu_per_op_sec, kvlab_cpu_per_op_sec, server_cpu_per_op_sec], [3e-5, 2e-5, 1e-5]);
  const { resident_bytes_max, kvlab_resident_bytes_max, server_resident_bytes_max } = document;
  const resident = [resident_bytes_max, kvlab_resident_bytes_max, server_resident_bytes_max];
  assertEquals(resident, [112_000_000, 100_000_000, 12_000_000]);
  assertEquals([document.device_bytes, document.disk_bytes, document.live_bytes], [81_000, 90_112, 45_056]);
  assertEquals(document.disk_bytes_per_live_byte, 2);
  assertAlmostEquals(document.device_bytes_per_byte_put, 81_000 / (1_700 * meanPutBytes({ kind: "seed" })), 1e-9);
  assertEquals(
    costsOf(costing(costs)),
    "costs 30 µs of CPU per operation (kvlab 20 µs, the server 10 µs), 112 MB resident, " +
      "4.399 B to the device per byte put, 90.1 kB on disk (2 times what is live)",
  );
});

Deno.test("figures() says of costs what is known, and no total of which a part is not", () => {
  const { servers: _, ...own } = costs;
  assertEquals(figures(costing(own)).filter(({ name }) => /^(kvlab|server)_/.test(name)), []);
  assertStringIncludes(costsOf(costing(own)), "costs 20 µs of CPU per operation, 100 MB resident, ");
  const unknown = costing({ cpuMs: 40, residentBytesMax: 100_000_000, servers: "unknown" });
  const names = figures(unknown).map(({ name }) => name).filter((name) => /cpu|resident|disk|device|live/.test(name));
  assertEquals(names, ["kvlab_cpu_per_op", "kvlab_resident_bytes_max"]);
  assertEquals(costsOf(unknown), "costs 20 µs of kvlab's CPU per operation, 100 MB resident in kvlab");
  const elsewhere = costing({ cpuMs: 40 });
  assertEquals(costsOf(elsewhere), "costs 20 µs of CPU per operation");
});

Deno.test("figures() has costs in the tables of several runs", () => {
  const text = repeatsText([costing(costs), costing(costs)]);
  assertEquals(
    text.split("\n").slice(text.split("\n").indexOf("costs")).slice(1, 10).map((line) => line.trim().split(/ {2,}/)[0]),
    [
      "CPU per operation",
      "of that, kvlab's",
      "the server's",
      "resident at most",
      "of that, kvlab",
      "the server",
      "to the device per byte put",
      "on disk",
      "on disk per live byte",
    ],
  );
});

Deno.test("figures() has no cost per operation where there was none", () => {
  const idle = { ...costing(costs), threads: [threadOf({ thread: 0, runtimeMs: 0, reads: 0, writes: 0, hits: 0 })] };
  assertEquals(figures(idle).filter(({ name }) => /per_op|per_byte_put/.test(name)), []);
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
