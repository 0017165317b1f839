/**
 * Tests of the sweep's reports: the text, the JSON, the progress line and the map.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual, assertMatch, assertStringIncludes } from "@std/assert";
import { sweepMap } from "../../lib/report/sweep_map.ts";
import { durationText, sweepJson, sweepProgressLine, sweepText } from "../../lib/report/sweep_text.ts";
import { SweepResults } from "../../lib/sweep/results.ts";
import { summarizeSweep } from "../../lib/sweep/summary.ts";
import { ENTRIES, fileRun, HEADER, memoryRun, runLine, safeRun } from "../sweep/documents.ts";

const AXIS = { crash: "process_crash", unit: "age_ms" } as const;
const ROUNDS = [1, 2, 3, 4, 5, 6];

const RESULTS = new SweepResults([
  ...ROUNDS.flatMap((round) => [
    runLine("c01", round, memoryRun(2_000_000 + round)),
    runLine("c02", round, fileRun(400_000, { ageMs: 4, boundMs: 5 })),
    runLine("c04", round, safeRun(9_000)),
  ]),
  runLine("c03", 1, fileRun(1_000, { ageMs: 55, boundMs: 60 })),
]);

const SUMMARY = summarizeSweep({
  entries: ENTRIES,
  space: { configurations: ENTRIES.map(({ id }) => id), seed: 1, limits: [0, 10, 100] },
  question: { axis: AXIS, limit: undefined },
  results: RESULTS,
  ended: "separated",
});

Deno.test("sweepText() begins with the answer, and has the frontier with its other commands and what dominates the rest", () => {
  const text = sweepText({ header: HEADER, summary: SUMMARY, axis: AXIS, notKilled: [] });
  const lines = text.split("\n");
  assertStringIncludes(lines[0] ?? "", "fastest with nothing at risk when the process dies: c04 ");
  assertStringIncludes(text, "4 configurations, 19 runs; the frontier is separated\n");
  assertEquals(lines.filter((line) => /^c0\d {2}frontier/.test(line)), [
    "c04  frontier  9.00 k (9.00–9.00)     6      0 s     -      -           -",
    "c02  frontier  400 k (400–400)        6     5 ms  2 ms   4 ms           -",
    "c01  frontier  2.00 M (2.00–2.00)     6      all     -      -           -",
  ]);
  // The answer has the others'.
  assertEquals(lines.filter((line) => /^c0\d: kvlab /.test(line)), ["c01: kvlab --seed=1 memory"]);
  assertStringIncludes(text, "\nc03: dominated by c02, 1.00 k ops/s: file --flush-period-us=50000\n");
});

Deno.test("sweepText() says once which were not killed, and why, and has no table of nothing", () => {
  const report = { header: HEADER, axis: AXIS, notKilled: ["c02", "c04"] };
  const text = sweepText({ ...report, summary: SUMMARY });
  assertStringIncludes(text, "\nnot killed, because --budget left no time: c02, c04\n\nc01: ");
  const interrupted = sweepText({ ...report, summary: { ...SUMMARY, ended: "interrupted" } });
  assertStringIncludes(interrupted, "\nnot killed, because the sweep was interrupted: c02, c04\n");
  const configurations = SUMMARY.configurations.map((one) => ({ ...one, state: "unmeasured" as const }));
  const empty = sweepText({ ...report, notKilled: [], summary: { ...SUMMARY, configurations } });
  assert(!empty.includes("ops/s (95%)"));
  assert(!empty.includes("not killed"));
});

Deno.test("sweepJson() has the header's fields, the summary's, and each configuration's together", () => {
  const document = JSON.parse(sweepJson({ header: HEADER, summary: SUMMARY }));
  assertEquals(document.frontier, ["c04", "c02", "c01"]);
  assertEquals(document.seed, 1);
  const [memory] = document.configurations;
  assertEquals(memory.command, "kvlab --seed=1 memory");
  assertEquals(memory.median_ops_per_sec, 2_000_003.5);
  assertEquals(memory.loss.process_crash.age_ms, "everything");
});

Deno.test("sweepProgressLine() says what runs, what is left and the best so far, within the terminal", () => {
  const progress = { configuration: ENTRIES[1]!, round: 3, left: 12, leftMs: 250_000 };
  const best = SUMMARY.configurations[1];
  assertEquals(
    sweepProgressLine(progress, best, 200),
    "round 3  12 left  4 min 10 s left  best c02: 400 k ops/s (400–400)  c02 file --flush-period-us=2000",
  );
  assertEquals(sweepProgressLine(progress, undefined, 20), "round 3  12 left  4");
  assertEquals(durationText(45_400), "45 s");
});

Deno.test("sweepMap() puts what loses nothing at the left end, what loses all at the right, and the fastest on top", () => {
  const lines = sweepMap(SUMMARY.configurations, AXIS, { columns: 80, rows: 10 });
  for (const line of lines) assertLessOrEqual(Array.from(line).length, 80);
  const [, top = "", ...rest] = lines;
  assertMatch(top, /^2,000,004 │ +●c01$/);
  const safest = rest.find((line) => line.includes("●c04")) ?? "";
  assertStringIncludes(safest, "│●c04");
  assert(top.indexOf("●") > 60);
  assertStringIncludes(lines.at(-2) ?? "", "all");
  assertEquals(sweepMap(SUMMARY.configurations, AXIS, { columns: 59, rows: 10 }), []);
  assertEquals(sweepMap([], AXIS, { columns: 80, rows: 10 }), []);
});
