/**
 * Tests of runs that succeed: what they count, that the same seed does the same, and when they end.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertNotEquals,
} from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { PATTERN_NAMES, type PatternName } from "../../lib/load/pattern.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import { type RunResult, totals } from "../../lib/run/run_result.ts";
import { run } from "../../lib/run/runner.ts";
import { keysOf, namesIn, snapshotsIn, temporaryDirectory } from "./files.ts";
import { putsByShard, regenerateLoad } from "./regenerated_load.ts";

const LOAD_MS = 200;
/** A run's time is that of its load and of what the system takes to stop it, which on a busy machine is a while. */
const STOP_MAX_MS = 5_000;

const memoryRun: RunOptions = {
  threads: 2,
  loadTimeMs: LOAD_MS,
  workload: { kind: "seed" },
  pattern: "unthrottled",
  seed: 7,
  backend: { kind: "memory" },
};

function asynchronous(output: string, options: { queueDepth?: number; fileCount?: number } = {}): FileBackendOptions {
  const { queueDepth = 64, fileCount = 5 } = options;
  const policy = { kind: "asynchronous", queueDepth, queueMemoryBytes: 2 ** 20 } as const;
  return {
    kind: "file",
    output,
    fileCount,
    serializer: "json",
    policy,
    layout: { kind: "snapshot", replace: "rename" },
    sync: "none",
  };
}

/** Checks that every thread did the operations that the run's seed gives it, as many of them as it has reported. */
function assertOperationsOfSeed({ options, threads }: RunResult): ReturnType<typeof regenerateLoad> {
  const regenerated = regenerateLoad(options.seed, threads.map(({ reads, writes }) => reads + writes));
  assertEquals(threads.map(({ reads, writes }) => ({ reads, writes })), regenerated.threads);
  return regenerated;
}

for (const threads of [1, 2, 5]) {
  Deno.test(`run() has each of ${threads} threads do the operations of its seed`, async () => {
    const result = await run({ ...memoryRun, threads });
    assertEquals(result.threads.map(({ thread }) => thread), Array.from({ length: threads }, (_, i) => i));
    const { hitsOfOwnKeys } = assertOperationsOfSeed(result);
    const { ops, hits, reads, runtimeMs } = totals(result.threads);
    assertGreater(ops, 0);
    assertLess(runtimeMs, LOAD_MS + STOP_MAX_MS);
    assertGreaterOrEqual(hits, hitsOfOwnKeys);
    assertGreaterOrEqual(reads, hits);
    if (threads === 1) assertEquals(hits, hitsOfOwnKeys);
    assertEquals([result.file, result.stoppedBy], [undefined, undefined]);
  });
}

for (const seed of [0, 1, 2 ** 32 - 1]) {
  Deno.test(`run() puts the keys of its seed, ${seed}, and not those of another`, async () => {
    using directory = temporaryDirectory();
    const result = await run({ ...memoryRun, threads: 1, seed, backend: asynchronous(directory.path) });
    const { putsByKey } = assertOperationsOfSeed(result);
    const keys = keysOf(snapshotsIn(directory.path, "json"));
    assertEquals(keys, [...putsByKey.keys()].sort());
    const { reads = 0, writes = 0 } = result.threads[0] ?? {};
    const other = regenerateLoad(seed === 0 ? 2 : seed - 1, [reads + writes]);
    assertNotEquals(keys, [...other.putsByKey.keys()].sort());
  });
}

async function opsPerSec(pattern: PatternName): Promise<number> {
  const result = await run({ ...memoryRun, threads: 1, pattern, loadTimeMs: 300 });
  assertOperationsOfSeed(result);
  return totals(result.threads).opsPerSec;
}

Deno.test("run() spaces the operations as the pattern says", async () => {
  const rates = new Map<PatternName, number>();
  for (const pattern of PATTERN_NAMES) rates.set(pattern, await opsPerSec(pattern));
  const { consistent = NaN, bursty = NaN, unthrottled = NaN } = Object.fromEntries(rates);
  // A wait lasts 10.5 µs in the mean and at least as long as asked for; without waits an operation takes some 0.2 µs.
  assertLess(consistent, 1e6 / 10);
  assertLess(consistent * 5, unthrottled);
  // One operation in 20 waits 130 ms in the mean: 154 operations per second. Short runs stray far from that.
  assertLess(bursty, 1_000);
  assertLess(bursty, consistent);
});

Deno.test("run() runs its load for its time, after its workers are ready", async () => {
  const messages: [message: string, atMs: number][] = [];
  const result = await run({ ...memoryRun, loadTimeMs: 300 }, {
    onProgress: (message) => messages.push([message, performance.now()]),
  });
  const endedAtMs = performance.now();
  const [[message, runningAtMs] = ["", NaN], ...more] = messages;
  assertEquals([message, more], ["running", []]);
  assertGreaterOrEqual(endedAtMs - runningAtMs, 299);
  for (const { runtimeMs } of result.threads) {
    assertGreater(runtimeMs, 0);
    assertLess(runtimeMs, endedAtMs - runningAtMs + 1);
  }
});

Deno.test("run() ends without a load when it is told to stop before it begins", async () => {
  using directory = temporaryDirectory();
  const backend = asynchronous(directory.path);
  const messages: string[] = [];
  const result = await run({ ...memoryRun, loadTimeMs: 600_000, backend }, {
    stop: AbortSignal.abort("SIGTERM"),
    onProgress: (message) => messages.push(message),
  });
  assertEquals(result.stoppedBy, "SIGTERM");
  assertEquals(messages, ["running", "draining"]);
  const { putsByKey } = assertOperationsOfSeed(result);
  assertEquals(keysOf(snapshotsIn(directory.path, "json")), [...putsByKey.keys()].sort());
});

Deno.test("run() says of the files what is in them", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const options = { ...memoryRun, backend: asynchronous(output) };

  const first = await run(options);
  const between = snapshotsIn(output, "json");
  const second = await run({ ...options, seed: 8 });

  const { putsByKey } = assertOperationsOfSeed(first);
  assertEquals([first.file?.filesLoaded, first.file?.entriesLoaded, first.file?.filesSetAside], [0, 0, []]);
  assertEquals(first.file?.files, between.size);
  const versions = new Map(Array.from(between, ([shard, { version }]) => [shard, version]));
  assertEquals(versions, putsByShard(putsByKey, 5));
  assertEquals(second.file?.filesLoaded, between.size);
  assertEquals(second.file?.entriesLoaded, keysOf(between).length);
  for (const { file, threads } of [first, second]) {
    assert(file !== undefined);
    assertGreaterOrEqual(file.snapshotsWritten, file.files);
    // Every put queued a snapshot, and of those each was written or superseded.
    assertEquals(file.snapshotsWritten + file.snapshotsSuperseded, totals(threads).writes);
    assertGreater(file.bytesWritten, file.snapshotsWritten);
    assertGreater(file.drainMs, 0);
  }
});

Deno.test("run() writes each shard no more often than the period allows, beside the drain", async () => {
  using directory = temporaryDirectory();
  const fileCount = 3;
  const periodMs = 50;
  const policy = { kind: "synchronous", writePeriodUs: periodMs * 1000 } as const;
  const backend = {
    kind: "file",
    output: directory.path,
    fileCount,
    serializer: "cbor",
    policy,
    layout: { kind: "snapshot", replace: "rename" },
    sync: "none",
  } as const;
  const { file, threads } = await run({ ...memoryRun, loadTimeMs: 10 * periodMs, backend });
  assert(file !== undefined);
  const periods = Math.ceil(totals(threads).runtimeMs / periodMs);
  // One at once, since the period is over when the load begins; one in the drain.
  assertLessOrEqual(file.snapshotsWritten, fileCount * (1 + periods + 1));
  assertGreater(file.snapshotsWritten, fileCount);
  assertEquals([file.files, file.snapshotsSuperseded], [fileCount, 0]);
});

for (const queueDepth of [1, 2]) {
  Deno.test(`run() works with a queue of depth ${queueDepth} under more threads than that`, async () => {
    using directory = temporaryDirectory();
    const backend = asynchronous(directory.path, { queueDepth });
    const result = await run({ ...memoryRun, threads: 6, backend });
    const { putsByKey } = assertOperationsOfSeed(result);
    assertEquals(keysOf(snapshotsIn(directory.path, "json")), [...putsByKey.keys()].sort());
  });
}

Deno.test("run() with one file holds all keys in it", async () => {
  using directory = temporaryDirectory();
  const policy = { kind: "synchronous", writePeriodUs: 60_000_000 } as const;
  const backend = {
    kind: "file",
    output: directory.path,
    fileCount: 1,
    serializer: "json",
    policy,
    layout: { kind: "snapshot", replace: "rename" },
    sync: "none",
  } as const;
  const result = await run({ ...memoryRun, backend });
  const { putsByKey } = assertOperationsOfSeed(result);
  const keys = keysOf(snapshotsIn(directory.path, "json"));
  assertEquals(keys.length, putsByKey.size);
  assertEquals(namesIn(directory.path), ["LOCK", "STORE", "shard-0000-of-0001.json"]);
});
