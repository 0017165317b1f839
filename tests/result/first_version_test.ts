/**
 * Tests of files that the first version wrote, which had no schema in its crashes and comparisons and no names in its
 * sweeps: all of them are still read, and shown.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { compareFiles } from "../../lib/compare/comparison.ts";
import { reportHtml } from "../../lib/page/page.ts";
import { parseSource, type Source } from "../../lib/page/source.ts";

const FILES = new URL("first_version/", import.meta.url);

function pathOf(name: string): string {
  return new URL(name, FILES).pathname;
}

function sourceOf<Kind extends Source["kind"]>(name: string, kind: Kind): Extract<Source, { kind: Kind }> {
  const source = parseSource(name, Deno.readTextFileSync(pathOf(name)));
  assertEquals(source.kind, kind);
  return source as Extract<Source, { kind: Kind }>;
}

Deno.test("a run of the first version has its figures, losses, latencies and series", () => {
  const { result } = sourceOf("run.json", "runs");
  assertEquals([result.repeats, result.ending], [1, { leftOut: 0 }]);
  const [run] = result.runs;
  assert(run !== undefined);
  assertEquals(run.opsPerSec, run.figures.get("total_ops_per_sec"));
  const { process_crash, power_loss } = run.loss;
  for (const statistic of ["bound", "p99", "max"] as const) {
    const seconds = run.figures.get(`process_crash_age_${statistic}_sec`) ?? NaN;
    assertAlmostEquals(process_crash.ageMs[statistic] ?? NaN, 1000 * seconds, 1e-6);
  }
  assertEquals(process_crash.writes.max, run.figures.get("process_crash_writes_max"));
  assertEquals([process_crash.isEverything, power_loss.isEverything], [false, true]);
  assertEquals(run.latencies.map(({ operation, kind }) => [operation, kind]), [
    ["read", "latency"],
    ["update", "latency"],
  ]);
  for (const { percentiles, count = 0, maxSec = 0 } of run.latencies) {
    assert(percentiles.length > 5 && count > 0 && maxSec > 0);
  }
  assert(run.series.length > 1);
  for (const { ops_per_sec: opsPerSec, process_crash_writes: writes } of run.series) {
    assert(opsPerSec !== undefined && writes !== undefined);
  }
});

Deno.test("repeats of the first version are compared, and so is a comparison again", () => {
  const { documents, figures } = compareFiles(["memory.json", "repeats.json"].map(pathOf));
  assertEquals(documents.map(({ repeats }) => repeats), [3, 3]);
  const { comparison, checks } = sourceOf("compare.json", "comparison");
  assertEquals(checks, []);
  assertEquals(comparison.figures, figures);
  assertEquals(comparison.documents.map(({ runs }) => runs.length), [3, 3]);
  const [memory, file] = comparison.documents.map(({ runs }) => runs[0]?.loss);
  assertEquals([memory?.process_crash.isEverything, file?.process_crash.isEverything], [true, false]);
  assertEquals(file?.process_crash.writes, documents[1]?.runs[0]?.loss.process_crash.writes);
});

Deno.test("kills and failovers of the first version are read, with what each cost", () => {
  const { crash } = sourceOf("crash.json", "crash");
  assertEquals([crash.failure, crash.kills, crash.killsHeld, crash.rows.length], ["processCrash", 2, 2, 2]);
  assert(crash.rows.every(({ gauge, recoverySec }) => gauge !== undefined && recoverySec !== undefined));
  const failover = sourceOf("failover.json", "crash").crash;
  assertEquals([failover.failure, failover.kills, failover.rows.length], ["failover", 1, 1]);
});

Deno.test("a sweep of the first version has names, and says whom it answers with", () => {
  const { header, summary, runs } = sourceOf("sweep.jsonl", "sweep");
  assertEquals(header.configurations.map(({ name }) => name), [
    "memory",
    "log, flush 2 ms",
    "log, flush 50 ms",
    "sqlite",
  ]);
  assertEquals(summary?.answered, ["c04", "c02"]);
  assertStringIncludes(summary?.answer ?? "", "when the process dies: sqlite (c04) at ");
  assertEquals(runs.length, 4);
});

Deno.test("a page shows every file of the first version", () => {
  const names = [...Deno.readDirSync(FILES)].map(({ name }) => name);
  assertEquals(names.length, 7);
  for (const name of names) {
    const page = reportHtml([parseSource(name, Deno.readTextFileSync(pathOf(name)))]);
    assertStringIncludes(page, "</html>");
    assert(!/NaN|undefined|\[object/.test(page.slice(page.indexOf("<main>"), page.indexOf("<script"))), name);
  }
});
