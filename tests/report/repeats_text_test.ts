import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import type { ShownContradiction } from "../../lib/history/recorded_history.ts";
import type { HistoryResult } from "../../lib/run/run_history.ts";
import { repeatsJson, resultJson } from "../../lib/result/result_document.ts";
import { repeatsText } from "../../lib/report/repeats_text.ts";
import { STYLED } from "../../lib/report/text_layout.ts";
import type { RunResult } from "../../lib/run/run_result.ts";
import { RESULT_SCHEMA, VERSION } from "../../lib/version.ts";
import {
  asynchronousBackend,
  fileResult,
  machine,
  memoryOptions,
  memoryResult,
  mixResult,
  persisted,
  threadOf,
} from "../result/fixtures.ts";

/** A memory run of one thread and ten seconds. */
function memoryRun(writes: number): RunResult {
  const threads = [threadOf({ thread: 0, runtimeMs: 10_000, reads: 0, writes, hits: 0 })];
  return { ...memoryResult, options: { ...memoryOptions, threads: 1 }, threads };
}

/** So many runs that the interval of their median is narrower than their range. */
const eleven = Array.from({ length: 11 }, (_, index) => memoryRun(100 + index));

/** A put that one thread has done, and another does not see. */
const STALE: ShownContradiction = {
  key: "user7",
  name: "stale read",
  unit: "us",
  operations: [
    { process: "0", operation: "write", value: "2", call: 10, return: 20 },
    { process: "1", operation: "read", value: "1", call: 30, return: 40 },
  ],
};

/** The row of a figure, its cells between two spaces or more. */
function rowOf(text: string, label: string): string[] {
  const line = text.split("\n").find((line) => line.startsWith(`  ${label} `)) ?? "";
  return line.trim().split(/ {2,}/);
}

Deno.test("repeatsText() has the repeats, and a table of the figures that decide", () => {
  assertEquals(
    repeatsText([memoryRun(300), memoryRun(100), memoryRun(201)]),
    `\
repeats     3 runs, too few for 95% intervals of the median, which take 6

               median  min  max
ops/s
  all threads    20.1   10   30
  mean thread    20.1   10   30

may lose    process crash: everything
            power loss: everything
`,
  );
});

Deno.test("repeatsText() says whether the histories can be, and what contradicts itself in them", () => {
  const history: HistoryResult = {
    operations: 1000,
    keys: 10,
    oneKeyIn: 1,
    isCut: false,
    contradicting: 0,
    undecided: 0,
    contradictions: [],
    judgedMs: 5,
  };
  const stale: HistoryResult = { ...history, contradicting: 1, contradictions: [STALE] };
  const text = (...histories: readonly HistoryResult[]) =>
    repeatsText(histories.map((history) => ({ ...memoryRun(100), history })));
  assertStringIncludes(text(history, history), "\nhistories   all linearizable, 2,000 operations judged\n");
  const wrong = text(history, stale, history);
  assertStringIncludes(
    wrong,
    "\nhistories   1 of 3 are not linearizable, 3,000 operations judged\n  stale read of user7\n",
  );
  assertStringIncludes(wrong, "    1        read 1      30 µs     40 µs\n");
  assertStringIncludes(text({ ...history, undecided: 2 }), "histories   1 of 1 undecided for want of memory");
});

Deno.test("repeatsText() has an interval that is narrower than the range when there are many repeats", () => {
  assertEquals(rowOf(repeatsText(eleven), "all threads").slice(1), ["10.5", "10", "11", "10.1 … 10.9"]);
});

Deno.test("repeatsText() has no interval for a figure that few runs have", () => {
  const asynchronous = { ...memoryRun(100).options, backend: asynchronousBackend };
  const [first, second] = [{ ...persisted, syncs: 10 }, persisted].map((file): RunResult => ({
    ...memoryRun(100),
    options: asynchronous,
    file,
  }));
  assert(first !== undefined && second !== undefined);
  const many = repeatsText([first, second, second, second, second, second]);
  assertEquals(rowOf(many, "syncs").slice(1), ["10", "10", "10", "-"]);
  assertEquals(rowOf(many, "drain").slice(1), ["500 ms", "500 ms", "500 ms", "500 ms … 500 ms"]);
  for (const results of [[first, second], [second, first]]) {
    const text = repeatsText(results);
    assertEquals(rowOf(text, "syncs").slice(1), ["10", "10", "10"]);
    assertEquals(rowOf(text, "drain").slice(1), ["500 ms", "500 ms", "500 ms"]);
  }
});

Deno.test("repeatsText() ends with what the last run says besides its figures", () => {
  const text = repeatsText([{ ...fileResult, stoppedBy: "SIGTERM" }, fileResult]);
  assertEquals(
    text.split("\n\n").at(-1),
    `\
may lose    process crash: at most 1026 writes
            power loss: everything that was never synced (--sync=none)
stopped by  SIGINT
`,
  );
});

Deno.test("repeatsText() says first which run failed, and leaves it out of the table where others did not", () => {
  const failed = { ...memoryRun(9), failed: "Cannot put: OOM" };
  const lines = repeatsText([memoryRun(100), memoryRun(200), failed]).split("\n");
  assertEquals(lines[0], "failed      run 3: Cannot put: OOM");
  assertEquals(lines[1], "            its figures are not in the table");
  assertEquals(rowOf(lines.join("\n"), "all threads").slice(1), ["15", "10", "20"]);
  assertEquals(lines.filter((line) => line.includes("OOM")).length, 1);
  const { summary, repeats } = JSON.parse(repeatsJson([memoryRun(100), failed], machine));
  assertEquals([repeats, summary.total_ops], [2, { median: 100, min: 100, max: 100 }]);

  const alone = repeatsText([failed], { asked: 3 });
  assertEquals(alone.split("\n")[1], "            the figures are of the time until then");
  assertEquals(rowOf(alone, "all threads")[1], "0.9");
});

Deno.test("repeatsText() says how many runs there were to be, when there are fewer", () => {
  assert(repeatsText([fileResult, fileResult], { asked: 3 }).startsWith("repeats     2 runs of 3, "));
  assert(repeatsText([fileResult, fileResult], { asked: 2 }).startsWith("repeats     2 runs, "));
});

Deno.test("repeatsText() has a row for each latency, in a section for each kind of operation", () => {
  const lines = repeatsText([mixResult, mixResult]).split("\n");
  const section = lines.indexOf("read latency");
  assertEquals(
    lines.slice(section + 1, section + 5).map((line) => line.trim().split(/ {2,}/).slice(0, 2)),
    [["p50", "2 µs"], ["p99", "4 µs"], ["p99.9", "5 µs"], ["max", "12.3 ms"]],
  );
  assertFalse(lines.some((line) => line.includes("uncorrected")));
});

Deno.test("repeatsText() makes the medians bold", () => {
  const text = repeatsText([memoryRun(300), memoryRun(100)], { style: STYLED });
  assertEquals(text.split("\x1b[1m").slice(1).map((part) => part.split("\x1b")[0]), ["20", "20"]);
});

Deno.test("repeatsJson() throws when there are no results", () => {
  assertThrows(() => repeatsJson([], machine), RangeError, "Cannot report repeats");
});

Deno.test("repeatsJson() has the summary of every figure by the name it has in a single run's document", () => {
  const text = repeatsJson([memoryRun(300), memoryRun(100), memoryRun(201)], machine);
  assert(text.startsWith(`{\n  "schema": "${RESULT_SCHEMA}",\n  "kvlab": "${VERSION}",\n  "repeats": 3,\n`));
  assert(text.endsWith("\n}\n"));
  const { summary } = JSON.parse(text);
  const same = (value: number) => ({ median: value, min: value, max: value });
  const ops = { median: 201, min: 100, max: 300 };
  const rate = { median: 20.1, min: 10, max: 30 };
  assertEquals(summary, {
    total_ops: ops,
    total_runtime_sec: same(10),
    total_ops_per_sec: rate,
    average_ops_per_sec: rate,
    reads: same(0),
    writes: ops,
    hits: same(0),
    blocked_on_lock_sec: same(0),
    blocked_on_lock_share: same(0),
  });
  assertEquals(JSON.parse(repeatsJson(eleven, machine)).summary.total_ops, {
    median: 105,
    min: 100,
    max: 110,
    ci95_low: 101,
    ci95_high: 109,
  });
});

Deno.test("repeatsJson() says once what all runs share, and of each run everything else", () => {
  const results = [{ ...fileResult, file: { ...persisted, drainMs: 1 } }, fileResult];
  const {
    schema,
    kvlab,
    repeats,
    repeats_asked,
    summary,
    seed,
    options,
    arguments: args,
    machine: where,
    runs,
    ...rest
  } = JSON.parse(
    repeatsJson(results, machine, 5),
  );
  assertEquals(rest, {});
  assertEquals([schema, kvlab, repeats, repeats_asked], [RESULT_SCHEMA, VERSION, 2, 5]);
  assertEquals(summary.drain_sec, {
    median: 0.250625,
    min: 0.001,
    max: 0.50025,
  });
  for (const [index, result] of results.entries()) {
    // Together they are the document of that run alone.
    const alone = JSON.parse(resultJson(result, machine));
    assertEquals({ schema, kvlab, seed, options, arguments: args, machine: where, ...runs[index] }, alone);
    for (const name of ["schema", "kvlab", "seed", "options", "arguments", "machine"]) {
      assertEquals(name in runs[index], false);
    }
  }
});

Deno.test("repeatsJson() has no interval for a figure that one run alone has", () => {
  const unbounded: RunResult = { ...fileResult, file: { ...persisted, processCrashBound: {} } };
  const { summary } = JSON.parse(repeatsJson([fileResult, unbounded], machine));
  const { median, ci95_low, ci95_high } = summary.process_crash_writes_bound;
  assertEquals([median, ci95_low, ci95_high], [1_026, undefined, undefined]);
});
