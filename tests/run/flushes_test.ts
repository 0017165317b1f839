/**
 * Tests of the periodic policy in whole runs: no put stays unpersisted beyond the reported bound, idle shards are
 * written too, and a flush that takes longer than its period is counted.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import type { FileResult } from "../../lib/run/run_result.ts";
import { run } from "../../lib/run/runner.ts";
import { temporaryDirectory } from "./files.ts";

/** A histogram's value is right to two digits. */
const HISTOGRAM_ERROR = 1.02;
/** What a put takes between its time and its place in the ledger, on a machine that others use too. */
const SLACK_MS = 20;

async function sweep(
  options: { periodMs: number; fileCount: number; pattern?: "bursty" | "unthrottled"; loadTimeMs?: number },
): Promise<FileResult> {
  using directory = temporaryDirectory();
  const { periodMs, fileCount, pattern = "unthrottled", loadTimeMs = 400 } = options;
  const backend: FileBackendOptions = {
    kind: "file",
    output: directory.path,
    fileCount,
    serializer: "json",
    policy: { kind: "periodic", flushPeriodUs: periodMs * 1000 },
    layout: { kind: "snapshot", replace: "alternate" },
    sync: "none",
  };
  const { file } = await run({ threads: 1, loadTimeMs, workload: { kind: "seed" }, pattern, seed: 1, backend });
  assert(file !== undefined);
  return file;
}

for (const pattern of ["unthrottled", "bursty"] as const) {
  Deno.test(`a periodic run keeps its bound under a load that is ${pattern}`, async () => {
    const exceeded: number[] = [];
    // A thread that is stopped in the middle of a put keeps no bound; that does not happen to one run after the other.
    while (exceeded.length < 3) {
      const { timeToPersistMs, processCrashBound, flushes } = await sweep({ periodMs: 20, fileCount: 16, pattern });
      const { ageMs = 0 } = processCrashBound;
      assertGreater(ageMs, 20);
      assertGreater(flushes?.flushes ?? 0, 3);
      const excess = timeToPersistMs.max - (ageMs * HISTOGRAM_ERROR + SLACK_MS);
      if (excess <= 0) return;
      exceeded.push(excess);
    }
    throw new Error(`the bound was exceeded by ${exceeded.join(", ")} ms`);
  });
}

Deno.test("a periodic run writes its shards in flushes, long before it drains", async () => {
  const { snapshotsWritten, flushes, files } = await sweep({ periodMs: 10, fileCount: 4 });
  assertEquals(files, 8);
  assertGreater(snapshotsWritten, 3 * 4);
  assertLessOrEqual(snapshotsWritten, ((flushes?.flushes ?? 0) + 1) * 4);
});

Deno.test("a periodic run counts the flushes that take longer than their period, and bounds by two of them", async () => {
  const { flushes, processCrashBound } = await sweep({ periodMs: 0.05, fileCount: 64 });
  assert(flushes !== undefined);
  assertGreater(flushes.flushOverruns, 0);
  assertLessOrEqual(flushes.flushOverruns, flushes.flushes);
  assertEquals(processCrashBound, { ageMs: 2 * flushes.flushMsMax });
});
