import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { parseResultDocument, readResultFile, repeatsJson, resultJson } from "../../lib/result/result_document.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { RESULT_SCHEMA } from "../../lib/version.ts";
import { fileResult, machine, memoryResult, mixResult } from "./fixtures.ts";
import { documentOf, repeated, single } from "../compare/fixtures.ts";

Deno.test("readResultFile() reads the document of a single run that resultJson() makes", () => {
  const path = Deno.makeTempFileSync({ suffix: ".json" });
  try {
    const printed = JSON.parse(resultJson(fileResult, machine));
    Deno.writeTextFileSync(path, JSON.stringify(printed));
    const document = readResultFile(path);
    assertEquals(document.path, path);
    assertEquals(document.kvlab, printed.kvlab);
    assertEquals(document.seed, 123);
    assertEquals(document.options, printed.options);
    assertEquals(document.machine, printed.machine);
    assertEquals(document.repeats, 1);
    assertEquals(document.ending, { leftOut: 0, stoppedBy: "SIGINT" });
    assertEquals(document.samples.get("total_ops"), [2_000]);
    assertEquals(document.samples.get("drain_sec"), [0.50025]);
    const numbers = Object.keys(printed).filter((name) => typeof printed[name] === "number" && name !== "seed");
    for (const name of numbers) assertEquals(document.samples.get(name), [printed[name]]);
    assertEquals(document.samples.size, numbers.length);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("parseResultDocument() reads a sample per run of what repeatsJson() makes", () => {
  const slower = { ...memoryResult, threads: memoryResult.threads.slice(1) };
  const document = parseResultDocument("PATH", repeatsJson([memoryResult, slower, memoryResult], machine));
  assertEquals(document.repeats, 3);
  assertEquals(document.samples.get("total_ops"), [1_708_513, 1_281_386, 1_708_513]);
  assertEquals(document.seed, 123);
  assertFalse(document.samples.has("repeats"));
});

Deno.test("parseResultDocument() names the latencies of a run as repeatsJson() names them in its summary", () => {
  const { summary } = JSON.parse(repeatsJson([mixResult, mixResult], machine));
  const { samples } = parseResultDocument("PATH", resultJson(mixResult, machine));
  assertEquals(samples.get("read_latency_max_sec"), [0.012345]);
  assertEquals(samples.get("read_uncorrected_latency_max_sec"), [0.001]);
  // The number of those timed is no figure of the run.
  const figures = [...samples.keys()].filter((name) => !name.endsWith("_latency_count"));
  assertEquals(figures.toSorted(), Object.keys(summary).toSorted());
  for (const name of figures) assertEquals(samples.get(name), [summary[name].median]);
});

Deno.test("parseResultDocument() flattens the latencies of operations into figures", () => {
  const { samples } = documentOf("PATH", single);
  assertEquals(Object.fromEntries(samples), {
    total_ops: [1000],
    total_runtime_sec: [10],
    total_ops_per_sec: [100],
    read_latency_count: [40],
    read_latency_p50_sec: [1e-6],
    read_latency_p99_sec: [4e-6],
    update_latency_count: [60],
    update_latency_p50_sec: [2e-6],
    update_latency_p99_sec: [0.0015],
    update_uncorrected_latency_count: [60],
    update_uncorrected_latency_p50_sec: [1e-6],
    update_uncorrected_latency_p99_sec: [0.0005],
  });
});

Deno.test("parseResultDocument() leaves out of a figure's samples the runs that do not have it", () => {
  const { samples, repeats } = documentOf("PATH", repeated([{ a: 1 }, { a: 2, b: 3 }, { b: 4 }]));
  assertEquals(repeats, 3);
  assertEquals(Object.fromEntries(samples), { a: [1, 2], b: [3, 4] });
});

Deno.test("parseResultDocument() takes no value for a figure that is not a finite number", () => {
  for (const value of ['"NaN"', '"12"', "null", "true", "[1]", '{"x":1}', "1e999", "-1e999"]) {
    const text = JSON.stringify(single).replace('"total_ops":1000', `"total_ops":${value}`);
    assert(text.includes(`"total_ops":${value}`));
    const { samples } = parseResultDocument("PATH", text);
    assertFalse(samples.has("total_ops"), value);
    assertEquals(samples.get("total_ops_per_sec"), [100]);
  }
});

Deno.test("parseResultDocument() passes over operations that are not as they should be", () => {
  for (const operations of [null, "read", {}, [null, 1, "x", []], [{ latency: { p99_sec: 1 } }], [{ operation: 1 }]]) {
    const { samples } = documentOf("PATH", { ...single, operations });
    assertEquals([...samples.keys()], ["total_ops", "total_runtime_sec", "total_ops_per_sec"]);
  }
});

Deno.test("parseResultDocument() takes a figure named __proto__ for one like any other", () => {
  const text = JSON.stringify(single).replace('"total_ops":', '"__proto__":');
  assertEquals(parseResultDocument("PATH", text).samples.get("__proto__"), [1000]);
});

Deno.test("parseResultDocument() finds the signal that ended one of the repeats", () => {
  const runs = [{ stopped_by: null }, { stopped_by: "SIGTERM" }];
  assertEquals(documentOf("PATH", repeated(runs)).ending.stoppedBy, "SIGTERM");
  assertEquals(documentOf("PATH", single).ending, { leftOut: 0 });
});

function refusal(text: string): string {
  return assertThrows(() => parseResultDocument("some/file.json", text), PersistError).message;
}

Deno.test("parseResultDocument() says in one line what is wrong with a text that is no result", () => {
  const notJson = "it is not JSON (only results of --format=json can be compared)";
  const noResult = `it is not a result of kvlab (it has no schema ${RESULT_SCHEMA})`;
  const cases: [text: string, reason: string][] = [
    ["", "it is empty"],
    [" \n\t", "it is empty"],
    ["total_ops: 12\ntotal_runtime: 1s\n", notJson],
    ['{"schema": "kvlab-result/1",', notJson],
    ["\u001b[2J\0", notJson],
    ["NaN", notJson],
    ["null", noResult],
    ["12", noResult],
    ['"kvlab-result/1"', noResult],
    ["[]", noResult],
    ['[{"schema": "kvlab-result/1"}]', noResult],
    ["{}", noResult],
    ['{"schema": 1}', noResult],
    ['{"schema": "kvlab-result"}', noResult],
    ['{"schema": "kvlab-result/two"}', noResult],
    ['{"schema": "kvlab-comparison/1"}', noResult],
    ['{"schema": "kvlab-result/2"}', `its schema is kvlab-result/2, must be ${RESULT_SCHEMA}`],
    ['{"schema": "kvlab-result/0"}', `its schema is kvlab-result/0, must be ${RESULT_SCHEMA}`],
  ];
  for (const [text, reason] of cases) assertEquals(refusal(text), `Cannot read some/file.json: ${reason}`);
});

Deno.test("parseResultDocument() names the field that is missing or wrong", () => {
  const wrong: Record<string, unknown[]> = {
    kvlab: [undefined, null, 1],
    seed: [undefined, null, "123"],
    options: [undefined, null, [], "x"],
    machine: [undefined, null, [], 4],
    runs: [null, {}, [], [1], [null], [[]], "x"],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const expected = `Cannot read some/file.json: it is not a whole result of kvlab: ${field} is missing or wrong`;
      assertEquals(refusal(JSON.stringify({ ...single, [field]: value })), expected);
    }
  }
});

Deno.test("readResultFile() says in one line, with the path, why a file cannot be read", () => {
  const directory = Deno.makeTempDirSync();
  try {
    const missing = assertThrows(() => readResultFile(`${directory}/none.json`), PersistError);
    assertEquals(missing.message, `Cannot read ${directory}/none.json: No such file or directory (os error 2)`);
    const folder = assertThrows(() => readResultFile(directory), PersistError);
    assertEquals(folder.message, `Cannot read ${directory}: Is a directory (os error 21)`);
  } finally {
    Deno.removeSync(directory);
  }
});

Deno.test("parseResultDocument() leaves out a run that failed where others did not, and says so", () => {
  const failed = { total_ops: 3, failed: "Cannot put: OOM" };
  const document = documentOf("PATH", repeated([{ total_ops: 1 }, { total_ops: 2 }, failed], { repeats_asked: 5 }));
  assertEquals(document.samples.get("total_ops"), [1, 2]);
  assertEquals(document.repeats, 2);
  assertEquals(document.ending, { failed: "Cannot put: OOM", leftOut: 1, asked: 5 });
  const alone = documentOf("PATH", { ...single, ...failed });
  assertEquals(alone.samples.get("total_ops"), [3]);
  assertEquals(alone.ending, { failed: "Cannot put: OOM", leftOut: 0 });
});

Deno.test("parseResultDocument() reads a text with a byte-order mark, and refuses one that is nested too deeply", () => {
  assertEquals(parseResultDocument("PATH", "\uFEFF" + JSON.stringify(single)), documentOf("PATH", single));
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
    const deep = `${open!.repeat(20_000)}1${close!.repeat(20_000)}`;
    for (const text of [deep, JSON.stringify(single).replace('"options":{', `"options":{"deep":${deep},`)]) {
      assertEquals(refusal(text), "Cannot read some/file.json: it is nested more than 100 deep");
    }
  }
});
