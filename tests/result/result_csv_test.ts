import { assertEquals, assertNotMatch } from "@std/assert";
import { flattened, resultsCsv } from "../../lib/result/result_csv.ts";
import { resultJson } from "../../lib/result/result_document.ts";
import { readMachine } from "../../lib/result/machine.ts";
import type { RunResult } from "../../lib/run/run_result.ts";
import { parseCsv, parseTable } from "./csv_reading.ts";
import { asynchronousBackend, fileResult, memoryResult, swept, threadOf } from "./fixtures.ts";

Deno.test("resultsCsv() has a header, and a row for a memory run, with the names of the JSON result", () => {
  const text = resultsCsv([{ ...memoryResult, threads: memoryResult.threads.slice(0, 1) }]);
  const [header, row] = parseCsv(text);
  assertEquals(
    header?.join(),
    "run,total_ops,total_runtime_sec,total_ops_per_sec,average_ops_per_sec,reads,writes,hits,blocked_on_lock_sec,blocked_on_lock_share," +
      "option_seed,option_threads,option_load_time_sec,option_pattern,option_workload,option_backend," +
      "stopped_by,ended_early,failed",
  );
  assertEquals(row?.slice(0, 3), ["1", "427127", "10.000090816"]);
  assertEquals(row?.slice(-9), ["123", "4", "10", "consistent", "seed", "memory", "", "", ""]);
});

Deno.test("resultsCsv() has the numbers and options of the JSON result of each run", () => {
  const runs = [fileResult, { ...fileResult, options: { ...fileResult.options, seed: 9 } }];
  const table = parseTable(resultsCsv(runs));
  assertEquals(table.length, runs.length);
  for (const [index, result] of runs.entries()) {
    const { options, seed, ...document } = JSON.parse(resultJson(result, readMachine()));
    const { run, ...cells } = table[index] ?? {};
    assertEquals(run, String(index + 1));
    const numbers = Object.entries(document).filter(([, value]) => typeof value === "number");
    const expected = [
      ...numbers,
      ["option_seed", seed],
      ...Object.entries(options).map(([k, v]) => [`option_${k}`, v]),
      ["stopped_by", "SIGINT"],
      ["ended_early", ""],
      ["failed", ""],
    ];
    assertEquals(cells, Object.fromEntries(expected.map(([name, value]) => [name, String(value)])));
  }
});

Deno.test("resultsCsv() says of each run how it ended", () => {
  const endings = parseTable(resultsCsv([
    memoryResult,
    { ...memoryResult, failed: "Cannot put, or get" },
    { ...memoryResult, usedUp: "no more records" },
  ])).map(({ stopped_by, ended_early, failed }) => [stopped_by, ended_early, failed]);
  assertEquals(endings, [["", "", ""], ["", "", "Cannot put, or get"], ["", "no more records", ""]]);
});

Deno.test("resultsCsv() leaves a cell empty where only another run has the figure or the option", () => {
  const [memory, file, periodic] = parseTable(resultsCsv([
    memoryResult,
    { ...fileResult, options: { ...fileResult.options, backend: { ...asynchronousBackend, output: 'a,"b"' } } },
    { ...fileResult, file: swept },
  ]));
  assertEquals([memory?.drain_sec, memory?.option_output, memory?.option_backend], ["", "", "memory"]);
  assertEquals([file?.drain_sec, file?.option_output, file?.sweeps], ["0.50025", 'a,"b"', ""]);
  assertEquals([periodic?.sweeps, periodic?.power_loss_writes_max], ["40", "140"]);
});

Deno.test("resultsCsv() has no NaN or Infinity when no thread ran or no time passed", () => {
  const idle: RunResult = { ...memoryResult, threads: [] };
  const instant = { ...idle, threads: [threadOf({ thread: 0, runtimeMs: 0, reads: 1, writes: 1, hits: 0 })] };
  assertNotMatch(resultsCsv([idle, instant]), /NaN|Infinity|null|undefined/);
});

Deno.test("flattened() gives the scalars at all depths under their names, in their order", () => {
  const object = { a: 1, b: { c: "x", d: { e: null } }, list: [true, { f: 2 }], last: "" };
  assertEquals([...flattened(object, "option_")], [
    ["option_a", 1],
    ["option_b_c", "x"],
    ["option_b_d_e", null],
    ["option_list_0", true],
    ["option_list_1_f", 2],
    ["option_last", ""],
  ]);
});
