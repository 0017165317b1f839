/**
 * Tests of the losses that a run's JSON tells of.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { readRun } from "../../lib/result/run_document.ts";
import { runLoss, summarizeLosses } from "../../lib/sweep/losses.ts";
import { fileRun, memoryRun, safeRun } from "./documents.ts";

Deno.test("runLoss() counts what is promised, or the gauge's worst where that is more", () => {
  assertEquals(runLoss(readRun(fileRun(1, { ageMs: 3, boundMs: 5 })), "process_crash", "age_ms"), 5);
  assertEquals(runLoss(readRun(fileRun(1, { ageMs: 7, boundMs: 5 })), "process_crash", "age_ms"), 7);
  assertEquals(runLoss(readRun(fileRun(1, { ageMs: 7 })), "process_crash", "age_ms"), 7);
  assertEquals(runLoss(readRun(fileRun(1, { ageMs: 7, writes: 12 })), "process_crash", "writes"), 12);
});

Deno.test("runLoss() has no bound where everything is lost, and where nobody knows", () => {
  assertEquals(runLoss(readRun(memoryRun(1)), "process_crash", "writes"), Infinity);
  assertEquals(runLoss(readRun(fileRun(1, { ageMs: 7 })), "power_loss", "age_ms"), Infinity);
  assertEquals(runLoss(readRun(safeRun(1)), "power_loss", "age_ms"), Infinity);
  assertEquals(runLoss(readRun(safeRun(1)), "process_crash", "age_ms"), 0);
});

Deno.test("summarizeLosses() has the median of what counts, and the worst of any run", () => {
  const runs = [3, 9, 4].map((ageMs) => readRun(fileRun(1, { ageMs, boundMs: 1 })));
  assertEquals(summarizeLosses(runs, "process_crash"), {
    writes: 100,
    age_ms: 4,
    bound_age_ms: 1,
    p99_writes: 50,
    p99_age_ms: 2,
    max_writes: 100,
    max_age_ms: 9,
  });
  assertEquals(summarizeLosses(runs, "power_loss"), { writes: "everything", age_ms: "everything" });
  const safe = summarizeLosses([readRun(safeRun(1))], "process_crash");
  assertEquals(safe, { writes: 0, age_ms: 0, bound_writes: 0, bound_age_ms: 0 });
  assertEquals(summarizeLosses([readRun(safeRun(1))], "power_loss"), { writes: null, age_ms: null });
  assertEquals(summarizeLosses([], "power_loss"), { writes: null, age_ms: null });
});
