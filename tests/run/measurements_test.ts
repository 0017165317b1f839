/**
 * Tests of what runs measure beside their totals: phases, latencies, rates, waits, blocked time and series.
 *
 * @module
 */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import type { MixOptions } from "../../lib/load/workload.ts";
import type { LiveReading } from "../../lib/run/live.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import { totals } from "../../lib/run/run_result.ts";
import { run } from "../../lib/run/runner.ts";
import { fileOptions } from "../backend/fixtures.ts";
import { temporaryDirectory } from "./files.ts";

const MEMORY: RunOptions = {
  threads: 2,
  loadTimeMs: 300,
  workload: { kind: "seed" },
  pattern: "unthrottled",
  seed: 7,
  backend: { kind: "memory" },
};

const MIX: MixOptions = {
  kind: "mix",
  name: "b",
  shares: [0.95, 0.05, 0, 0],
  keyCount: 5_000,
  keyCountMax: 5_000,
  keyBytes: 16,
  valueBytesMin: 10,
  valueBytesMax: 50,
  compressible: 1,
  distribution: "zipfian",
  zipfTheta: 0.99,
  preload: true,
};

function files(output: string, options: Partial<FileBackendOptions>): FileBackendOptions {
  return fileOptions(output, { fileCount: 8, policy: { kind: "periodic", flushPeriodUs: 20_000 }, ...options });
}

Deno.test("run() ends after so many operations in all, however they divide among threads", async () => {
  for (const ops of [1, 2, 1_001]) {
    const { threads, phases } = await run({ ...MEMORY, threads: 3, loadTimeMs: 60_000, ops });
    assertEquals(totals(threads).ops, ops);
    assert(phases.every(({ durationMs }) => durationMs < 30_000));
  }
});

Deno.test("run() does the same operations by number as by time, and again", async () => {
  const counts = async () => {
    const { threads, operations } = await run({ ...MEMORY, ops: 10_000 });
    return [threads.map(({ reads, writes }) => [reads, writes]), operations.map(({ count }) => count)];
  };
  assertEquals(await counts(), await counts());
});

Deno.test("run() warms up before the load, and counts nothing of it", async () => {
  const { threads, phases, operations } = await run({
    ...MEMORY,
    pattern: "consistent",
    ops: 100,
    warmupMs: 200,
    latencySample: 1,
  });
  assertEquals(phases.map(({ phase }) => phase), ["prepare", "warmup", "load"]);
  const warmup = phases.find(({ phase }) => phase === "warmup");
  assertGreaterOrEqual(warmup?.durationMs ?? 0, 200 * 0.99);
  assertEquals(totals(threads).ops, 100);
  assertEquals(operations.reduce((sum, { latency }) => sum + (latency?.count ?? 0), 0), 100);
});

Deno.test("run() takes what a warm-up has written off the files' counts", async () => {
  using directory = temporaryDirectory();
  const policy = { kind: "synchronous", writePeriodUs: 1 } as const;
  const backend = files(directory.path, { policy });
  const { file, threads } = await run({ ...MEMORY, backend, warmupMs: 300, ops: 20, pattern: "unthrottled" });
  assert(file !== undefined);
  assertLessOrEqual(file.snapshotsWritten, totals(threads).writes + backend.fileCount);
  assertGreater(file.snapshotsWritten, 0);
});

Deno.test("run() times every so many operations, in the order min, p50, p99, max", async () => {
  const { operations, threads } = await run({ ...MEMORY, ops: 40_000, latencySample: 10 });
  assert(operations !== undefined);
  const timed = operations.reduce((sum, { latency }) => sum + (latency?.count ?? 0), 0);
  assertEquals(timed, totals(threads).ops / 10);
  for (const { latency } of operations) {
    assert(latency !== undefined);
    const { minMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs, meanMs } = latency;
    const ascending = [minMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs];
    assertEquals(ascending, ascending.toSorted((a, b) => a - b));
    assert(minMs <= meanMs && meanMs <= maxMs);
  }
});

Deno.test("run() has no latencies when none are asked for", async () => {
  const { operations } = await run({ ...MEMORY, ops: 1_000 });
  assertEquals(operations.map(({ operation }) => operation), ["read", "update"]);
  assert(operations.every(({ latency, latencyCounts }) => latency === undefined && latencyCounts === undefined));
});

Deno.test("run() keeps a rate, corrects its latencies, and says how late its timers were", async () => {
  const { rate, operations, phases, threads } = await run({
    ...MEMORY,
    loadTimeMs: 1_000,
    ratePerSec: 1_000,
    latencySample: 1,
  });
  assert(rate !== undefined);
  assertEquals(rate.askedPerSec, 1_000);
  assertAlmostEquals(rate.reachedPerSec, 1_000, 100);
  assertEquals(rate.reachedPerSec, totals(threads).opsPerSec);
  assertGreater(rate.timerLateP50Ms ?? 0, 0);
  assert(phases.some(({ phase }) => phase === "calibration"));
  assert(operations !== undefined);
  for (const { latency, uncorrectedLatency } of operations) {
    assertEquals(latency?.count, uncorrectedLatency?.count);
    assertGreaterOrEqual(latency?.maxMs ?? 0, uncorrectedLatency?.maxMs ?? Infinity);
    // Corrected, it includes how late the thread woke.
    assertGreater(latency?.p50Ms ?? 0, uncorrectedLatency?.p50Ms ?? Infinity);
  }
});

Deno.test("run() says when a rate is out of reach, and that the starts were missed", async () => {
  const { rate, counts, operations } = await run({ ...MEMORY, threads: 1, ratePerSec: 1e12, latencySample: 1_000 });
  assert(rate !== undefined);
  assertLess(rate.reachedPerSec, 1e11);
  assertGreater(counts.missedStarts, 1_000);
  // The backlog grows for as long as the load runs, and the corrected latency with it.
  const [first] = operations;
  assertGreater(first?.latency?.maxMs ?? 0, 100);
  assertLess(first?.uncorrectedLatency?.p50Ms ?? Infinity, 1);
});

Deno.test("run() says how long the pattern's waits were to be, and how long they were", async () => {
  const { counts: { waits, waitAskedMs, waitedMs } } = await run({ ...MEMORY, pattern: "consistent" });
  assertAlmostEquals(waitAskedMs / waits, 0.0105, 0.003);
  assertGreater(waitedMs, waitAskedMs);
  assertEquals((await run(MEMORY)).counts.waits, 0);
});

Deno.test("run() counts the time blocked on a queue, on a lock and on writes, each where it belongs", async () => {
  using directory = temporaryDirectory();
  const blocked = async (options: Partial<FileBackendOptions>) => {
    const backend = files(directory.path, options);
    const { threads } = await run({ ...MEMORY, backend });
    const runtimeMs = threads.reduce((sum, { runtimeMs }) => sum + runtimeMs, 0);
    const sum: Record<string, number> = {};
    for (const { blocked } of threads) {
      for (const [name, ms] of Object.entries(blocked)) sum[name] = (sum[name] ?? 0) + ms / runtimeMs;
    }
    return sum;
  };
  const queued = await blocked({ policy: { kind: "asynchronous", queueDepth: 1, queueMemoryBytes: 2 ** 22 } });
  assertEquals(Object.keys(queued), ["lock", "queue"]);
  assertGreater(queued.queue! + queued.lock!, 0.3);
  assertGreater(queued.queue!, 0);
  const written = await blocked({ policy: { kind: "synchronous", writePeriodUs: 1 } });
  assertEquals(Object.keys(written), ["lock", "write"]);
  assertGreater(written.write!, 0.3);
  // No thread is blocked for longer than it ran.
  for (const blocked of [queued, written]) {
    assertLessOrEqual(Object.values(blocked).reduce((sum, share) => sum + share, 0), 1.001);
  }
});

Deno.test("run() has a series whose intervals make up the load", async () => {
  using directory = temporaryDirectory();
  const { series, threads, file } = await run({
    ...MEMORY,
    loadTimeMs: 500,
    intervalMs: 100,
    latencySample: 100,
    backend: files(directory.path, {}),
  });
  assert(series !== undefined && file !== undefined);
  assertGreaterOrEqual(series.length, 3);
  const { ops } = totals(threads);
  assertEquals(series.reduce((sum, row) => sum + row.ops, 0), ops);
  for (const [i, row] of series.entries()) {
    assertAlmostEquals(row.endMs - row.durationMs, series[i - 1]?.endMs ?? 0, 1e-6);
    // The last row may be next to no time long.
    if (i < series.length - 1) assertGreater(row.latency?.count ?? 0, 0);
    assert(row.file !== undefined);
  }
  assertEquals(series.reduce((sum, row) => sum + (row.file?.bytesWritten ?? 0), 0), file.bytesWritten);
});

Deno.test("run() preloads all records before the load, and writes them to their files", async () => {
  using directory = temporaryDirectory();
  const { preload, phases, threads, file } = await run({
    ...MEMORY,
    workload: MIX,
    backend: files(directory.path, {}),
  });
  assertEquals(preload?.keys, MIX.keyCount);
  assertEquals(phases.map(({ phase }) => phase), ["prepare", "preload", "preload_flush", "load", "drain"]);
  const { reads, hits } = totals(threads);
  assertGreater(reads, 0);
  assertEquals(hits, reads, "every record is there");
  assertGreater(file?.files ?? 0, 0);
  const { file: reloaded } = await run({
    ...MEMORY,
    workload: { ...MIX, preload: false },
    loadTimeMs: 1,
    backend: files(directory.path, {}),
  });
  assertEquals(reloaded?.entriesLoaded, MIX.keyCount);
});

Deno.test("run() that is stopped while it preloads or warms up ends in order, without a load", async () => {
  for (const options of [{ workload: { ...MIX, keyCount: 2_000_000, keyCountMax: 2_000_000 } }, { warmupMs: 60_000 }]) {
    const stop = new AbortController();
    const { threads, stoppedBy } = await run({ ...MEMORY, ...options, loadTimeMs: 60_000 }, {
      stop: stop.signal,
      onProgress: () => setTimeout(() => stop.abort("SIGTERM"), 20),
    });
    assertEquals(stoppedBy, "SIGTERM");
    assertEquals(totals(threads).ops, 0);
  }
});

Deno.test("run() gives live readings of its phases", async () => {
  const seen: LiveReading[] = [];
  using directory = temporaryDirectory();
  const policy = { kind: "asynchronous", queueDepth: 64, queueMemoryBytes: 2 ** 24 } as const;
  const backend = files(directory.path, { policy });
  await run({ ...MEMORY, loadTimeMs: 900, backend }, { onReading: (reading) => void seen.push(reading) });
  const load = seen.filter(({ phase }) => phase === "load");
  assertGreaterOrEqual(load.length, 2);
  for (const { totalMs, elapsedMs, opsPerSec, queue, atRisk } of load) {
    assertEquals(totalMs, 900);
    assertGreater(elapsedMs, 0);
    assertGreater(opsPerSec ?? 0, 0);
    assertEquals(queue?.depth, 64);
    assertGreaterOrEqual(atRisk?.writes ?? -1, 0);
  }
});
