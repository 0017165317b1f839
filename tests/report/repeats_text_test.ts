import { assert, assertEquals, assertThrows } from "@std/assert";
import { resultJson } from "../../lib/report/result_json.ts";
import { repeatsJson, repeatsText } from "../../lib/report/repeats_text.ts";
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
} from "./fixtures.ts";

/** A memory run of one thread and ten seconds. */
function memoryRun(writes: number): RunResult {
  const threads = [threadOf({ thread: 0, runtimeMs: 10_000, reads: 0, writes, hits: 0 })];
  return { ...memoryResult, options: { ...memoryOptions, threads: 1 }, threads };
}

const FILE_PROMISES = `\
process_crash_may_lose: at most 1026 writes
power_loss_may_lose: everything that was never synced (--sync=none)
failover_may_lose: not applicable: there is no second copy
`;

/** So many runs that the interval of their median is narrower than their range. */
const eleven = Array.from({ length: 11 }, (_, index) => memoryRun(100 + index));

/** The row of a figure, its cells between two spaces or more. */
function rowOf(text: string, name: string): string[] {
  const line = text.split("\n").find((line) => line.startsWith(`${name} `)) ?? "";
  return line.split(/ {2,}/);
}

Deno.test("repeatsText() opens with the repeats, then has a table of the text result's figures in their order", () => {
  assertEquals(
    repeatsText([memoryRun(300), memoryRun(100), memoryRun(201)]),
    `\
repeats: 3
intervals: too few runs for 95%
process_crash_may_lose: everything
power_loss_may_lose: everything
failover_may_lose: not applicable: there is no second copy

figure                 median   min   max
total_ops                 201   100   300
total_runtime            10 s  10 s  10 s
total_ops_per_sec        20.1    10    30
average_ops_per_sec      20.1    10    30
reads                       0     0     0
writes                    201   100   300
hits                        0     0     0
blocked_on_lock           0 s   0 s   0 s
blocked_on_lock_share      0%    0%    0%
`,
  );
});

Deno.test("repeatsText() shows a median of counts between two of them", () => {
  assertEquals(rowOf(repeatsText([memoryRun(100), memoryRun(101)]), "total_ops").slice(1, 4), ["100.5", "100", "101"]);
});

Deno.test("repeatsText() has an interval that is narrower than the range when there are many repeats", () => {
  assertEquals(rowOf(repeatsText(eleven), "total_ops").slice(1), ["105", "100", "110", "101 … 109"]);
});

Deno.test("repeatsText() has no interval for a figure that one run alone has", () => {
  const asynchronous = { ...memoryRun(100).options, backend: asynchronousBackend };
  const [first, second] = [persisted, { ...persisted, processCrashBound: {} }].map((file): RunResult => ({
    ...memoryRun(100),
    options: asynchronous,
    file,
  }));
  assert(first !== undefined && second !== undefined);
  const many = repeatsText([first, second, second, second, second, second]);
  assertEquals(rowOf(many, "process_crash_writes_bound").slice(1), ["1,026", "1,026", "1,026", "-"]);
  assertEquals(rowOf(many, "drain").slice(1), ["500.2 ms", "500.2 ms", "500.2 ms", "500.2 ms … 500.2 ms"]);
  for (const results of [[first, second], [second, first]]) {
    const text = repeatsText(results);
    assertEquals(rowOf(text, "process_crash_writes_bound").slice(1), ["1,026", "1,026", "1,026"]);
    assertEquals(rowOf(text, "drain").slice(1), ["500.2 ms", "500.2 ms", "500.2 ms"]);
  }
});

Deno.test("repeatsText() says above the table what the last run says besides its figures", () => {
  const text = repeatsText([{ ...fileResult, stoppedBy: "SIGTERM" }, fileResult]);
  assert(
    text.startsWith(
      "repeats: 2\nintervals: too few runs for 95%\n" + FILE_PROMISES +
        "power_loss: everything (--sync=none)\nstopped_by: SIGINT\n\nfigure ",
    ),
  );
});

Deno.test("repeatsText() says how many runs there were to be, when there are fewer", () => {
  assert(repeatsText([fileResult, fileResult], 3).startsWith("repeats: 2 of 3\n"));
  assert(repeatsText([fileResult, fileResult], 2).startsWith("repeats: 2\n"));
});

Deno.test("repeatsText() has a row for each latency", () => {
  assertEquals(rowOf(repeatsText([mixResult, mixResult]), "read_latency_p99").slice(1, 3), ["4 µs", "4 µs"]);
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
  const { schema, kvlab, repeats, repeats_asked, summary, seed, options, machine: where, runs, ...rest } = JSON.parse(
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
    assertEquals({ schema, kvlab, seed, options, machine: where, ...runs[index] }, alone);
    for (const name of ["schema", "kvlab", "seed", "options", "machine"]) assertEquals(name in runs[index], false);
  }
});

Deno.test("repeatsJson() has no interval for a figure that one run alone has", () => {
  const unbounded: RunResult = { ...fileResult, file: { ...persisted, processCrashBound: {} } };
  const { summary } = JSON.parse(repeatsJson([fileResult, unbounded], machine));
  const { median, ci95_low, ci95_high } = summary.process_crash_writes_bound;
  assertEquals([median, ci95_low, ci95_high], [1_026, undefined, undefined]);
});
