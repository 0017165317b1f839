/**
 * Tests of the sweep's reports: the text, the JSON, the progress line and the map.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLessOrEqual, assertMatch, assertStringIncludes } from "@std/assert";
import { sweepMap } from "../../lib/report/sweep_map.ts";
import { durationText, sweepJson, sweepProgressLine, sweepText } from "../../lib/report/sweep_text.ts";
import { SweepResults } from "../../lib/sweep/results.ts";
import { spaceOf, summarizeSweep } from "../../lib/sweep/summary.ts";
import { ENTRIES, fileRun, HEADER, memoryRun, ratesSweep, runLine, safeRun } from "../sweep/documents.ts";

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
  space: {
    configurations: ENTRIES.map(({ id }) => id),
    seed: 1,
    limits: [0, 10, 100],
    roundsMin: 2,
    speed: "throughput",
  },
  question: { axis: AXIS, limit: undefined },
  results: RESULTS,
  ended: "separated",
});

const REPORT = { header: HEADER, summary: SUMMARY, axis: AXIS };

Deno.test("sweepText() begins with the answer and its commands, and has the frontier with the others and the rest", () => {
  const text = sweepText({ ...REPORT, notKilled: [] });
  const lines = text.split("\n");
  assertStringIncludes(lines[0] ?? "", "fastest with nothing at risk when the process dies: sqlite (c04) ");
  assertEquals(lines[1], "  kvlab --seed=1 sqlite");
  assertStringIncludes(text, "4 configurations, 19 runs; the frontier is separated\n");
  assertEquals(lines.filter((line) => / {2}c0\d {2}/.test(line)), [
    "sqlite            c04    9.00 k (9.00–9.00)     6      0 s     -      -           -",
    "file, flush 2 ms  c02    400 k (400–400)        6     5 ms  2 ms   4 ms           -",
    "memory            c01    2.00 M (2.00–2.00)     6      all     -      -           -",
  ]);
  // Each command once: the answer has the others'.
  assertEquals(lines.filter((line) => line.includes("kvlab --seed=1")), [
    "  kvlab --seed=1 sqlite",
    "  kvlab --seed=1 file --flush-period-us=2000",
    "memory (c01): kvlab --seed=1 memory",
  ]);
  assertStringIncludes(
    text,
    "\nfile, flush 50 ms (c03): dominated by file, flush 2 ms (c02), 1.00 k ops/s: file --flush-period-us=50000\n",
  );
});

Deno.test("sweepText() by promise has a row for each, from the fastest, with what was lost in how many kills or states", () => {
  const question = { axis: { crash: "power_loss", unit: "writes" }, limit: 0, isByPromise: true } as const;
  const entries = ENTRIES.slice(1);
  const safe = (opsPerSec: number) => ({
    ...safeRun(opsPerSec),
    promises: { process_crash: "nothing", power_loss: "nothing", failover: null, power_loss_writes_bound: 0 },
  });
  const cuts = (configuration: string, held: number, lost: number) => ({
    kind: "crash" as const,
    configuration,
    started_at: "2026-01-02T03:04:07.000Z",
    took_ms: 1000,
    result: {
      failure: "power_loss",
      kills: 2,
      kills_held: held,
      held: held === 2,
      lost_max: lost,
      rows: [{ states: [{ kind: "torn" }, { kind: "torn" }] }, { states: [{ kind: "torn" }] }],
    },
  });
  const results = new SweepResults([
    ...ROUNDS.flatMap((round) => [runLine("c02", round, safe(500)), runLine("c03", round, safe(900))]),
    runLine("c04", 1, safe(100)),
    cuts("c02", 2, 0),
    cuts("c03", 1, 7),
  ]);
  const summary = summarizeSweep({ entries, space: spaceOf(entries, 1, question), question, results, ended: "budget" });
  const text = sweepText({
    header: { ...HEADER, configurations: entries },
    summary,
    axis: question.axis,
    notKilled: ["c04"],
  });
  assertEquals(text.split("\n").filter((line) => / {2}c0\d {2}|ops\/s \(/.test(line)).slice(1), [
    "                        ops/s (95%)    runs        lost  in",
    "file, flush 50 ms  c03  900 (900–900)     6  7 NOT HELD  2 cuts, 3 states",
    "file, flush 2 ms   c02  500 (500–500)     6           0  2 cuts, 3 states",
    "sqlite             c04  100               1           -  -",
  ]);
  assertStringIncludes(text, "not killed, because --budget left no time: sqlite (c04)\n");
});

Deno.test("sweepText() has a command once also where two sentences answer with it, and says what is tied", () => {
  const [first = ""] = SUMMARY.answer.split("\n");
  const twice = { ...SUMMARY, answer: `${first}\n${first}`, answered: ["c04", "c04"] };
  const text = sweepText({ ...REPORT, summary: twice, notKilled: [] });
  assertEquals(text.split("\n").slice(0, 3), [first, "  kvlab --seed=1 sqlite", first]);
  const configurations = SUMMARY.configurations.map((one) =>
    one.id === "c02" ? { ...one, state: "tied" as const, beside: ["c01", "c04"] } : one
  );
  const tied = sweepText({ ...REPORT, summary: { ...SUMMARY, configurations }, notKilled: [] });
  assertStringIncludes(tied, "\nfile, flush 2 ms  c02  tied with c01 +1  400 k");
});

Deno.test("sweepText() says once which were not killed, and why, and has no table of nothing", () => {
  const report = { header: HEADER, axis: AXIS, notKilled: ["c02", "c04"] };
  const text = sweepText({ ...report, summary: SUMMARY });
  assertStringIncludes(
    text,
    "\nnot killed, because --budget left no time: file, flush 2 ms (c02); sqlite (c04)\n\nmemory (c01): ",
  );
  const interrupted = sweepText({ ...report, summary: { ...SUMMARY, ended: "interrupted" } });
  assertStringIncludes(
    interrupted,
    "\nnot killed, because the sweep was interrupted: file, flush 2 ms (c02); sqlite (c04)\n",
  );
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
  assertEquals(
    sweepProgressLine(progress, "sqlite (c04): 9.00 k ops/s", 200),
    "round 3  12 left  4 min 10 s left  best sqlite (c04): 9.00 k ops/s  file, flush 2 ms (c02)",
  );
  assertEquals(sweepProgressLine(progress, undefined, 20), "round 3  12 left  4");
  assertEquals(durationText(45_400), "45 s");
});

Deno.test("sweepMap() puts what loses nothing at the left end, what loses all at the right, and the fastest on top", () => {
  const lines = sweepMap(REPORT, { columns: 80, rows: 10 });
  for (const line of lines) assertLessOrEqual(Array.from(line).length, 80);
  const [, top = "", ...rest] = lines;
  assertMatch(top, /^2,000,004 │ + c01 memory ●$/);
  assert(top.indexOf("●") > 60);
  const safest = rest.find((line) => line.includes("c04")) ?? "";
  assertStringIncludes(safest, "│● c04 sqlite");
  assert(rest.some((line) => line.includes("● c02 file, flush 2 ms")));
  assertStringIncludes(lines.at(-2) ?? "", "all");
  assertEquals(sweepMap(REPORT, { columns: 59, rows: 10 }), []);
  assertEquals(sweepMap({ ...REPORT, summary: { ...SUMMARY, configurations: [] } }, { columns: 80, rows: 10 }), []);
});

Deno.test("sweepMap() writes no name over another or a mark, and leaves out what has no room", () => {
  const configurations = SUMMARY.configurations.map((one) => ({
    ...one,
    state: "frontier" as const,
    median_ops_per_sec: 1000,
    loss: { ...one.loss, process_crash: { writes: 5, age_ms: one.id === "c04" ? 1 : 1 + Number(one.id.slice(1)) } },
  }));
  const map = sweepMap({ ...REPORT, summary: { ...SUMMARY, configurations } }, { columns: 60, rows: 3 }).join("\n");
  assertEquals(map.match(/●/g)?.length, 5, "one mark each, and the legend's");
  const ids = Array.from(map.matchAll(/c0\d/g), ([id]) => id);
  assertGreater(ids.length, 1);
  assertEquals(ids.filter((id) => !["c01", "c02", "c03", "c04"].includes(id)), []);
});

Deno.test("sweepText() and sweepMap() say that rates are compared, and which p99 they keep", () => {
  const { summary } = ratesSweep();
  const text = sweepText({ header: HEADER, summary, axis: AXIS, notKilled: [] });
  assertStringIncludes(text, " and a p99 of at most 5 ms: file, flush 2 ms (c02) at ");
  assertStringIncludes(
    text,
    "\nrate: the highest with a p99 of at most 5 ms for each kind of operation; half of the runs",
  );
  assertStringIncludes(text, "rate/s (95%)");
  assertMatch(text, /\n {2}kvlab --rate=\d+ --seed=1 file --flush-period-us=2000\n/);
  assertStringIncludes(text, "\nsqlite (c04): keeps a p99 of at most 5 ms at no rate tried: sqlite\n");
  assertMatch(text, /\nmemory \(c01\): kvlab --rate=\d+ --seed=1 memory\n/);
  const map = sweepMap({ header: HEADER, summary, axis: AXIS }, { columns: 80, rows: 10 });
  assertStringIncludes(map[0] ?? "", "rate/s with a p99 of at most 5 ms, ● on the frontier");
  assert(map.slice(1).some((line) => line.includes("●")));
});
