/**
 * Results with known figures, for the tests of the reports.
 *
 * @module
 */
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { filePromises } from "../../lib/backend/file.ts";
import { EVERYTHING } from "../../lib/engine/promises.ts";
import { type LoadCounts, LoadMeter } from "../../lib/load/load_meter.ts";
import { policyOf } from "../../lib/persist/policy/policies.ts";
import type { Machine } from "../../lib/result/machine.ts";
import type { FileResult, LatencySummary, RunResult, ThreadResult } from "../../lib/run/run_result.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";

/** A thread that each read and each write was an operation of, and that was never blocked on any of the waits. */
export function threadOf(
  counts: Pick<ThreadResult, "thread" | "runtimeMs" | "reads" | "writes" | "hits">,
  waits: readonly string[] = ["lock"],
): ThreadResult {
  const blocked = Object.fromEntries(waits.map((wait) => [wait, 0]));
  return { ...counts, ops: counts.reads + counts.writes, blocked };
}

const QUEUE_WAITS = ["lock", "queue"];

export const memoryOptions: RunOptions = {
  threads: 4,
  loadTimeMs: 10_000,
  workload: { kind: "seed" },
  pattern: "consistent",
  seed: 123,
  backend: { kind: "memory" },
};

/** What a load that has counted nothing besides its operations says. */
export const NO_COUNTS: LoadCounts = LoadMeter.create(1).counts;

/** The seed's memory run, split over threads so that each of its four figures comes out as printed there. */
export const memoryResult: RunResult = {
  options: memoryOptions,
  promises: { processCrash: EVERYTHING, powerLoss: EVERYTHING },
  threads: [
    threadOf({ thread: 0, runtimeMs: 10_000.090816, reads: 42_712, writes: 384_415, hits: 42_000 }),
    threadOf({ thread: 1, runtimeMs: 10_000.0581, reads: 42_713, writes: 384_414, hits: 42_001 }),
    threadOf({ thread: 2, runtimeMs: 9_999.8906, reads: 42_713, writes: 384_414, hits: 42_002 }),
    threadOf({ thread: 3, runtimeMs: 10_000.0901, reads: 42_713, writes: 384_419, hits: 42_003 }),
  ],
  counts: NO_COUNTS,
  operations: [],
  phases: [],
};

export const asynchronousBackend: FileBackendOptions = {
  kind: "file",
  output: "DIR",
  fileCount: 120,
  serializer: "json",
  policy: { kind: "asynchronous", queueDepth: 1024, queueMemoryBytes: 256 * 2 ** 20 },
  layout: { kind: "snapshot", replace: "rename" },
  sync: "none",
};

export const synchronousBackend: FileBackendOptions = {
  kind: "file",
  fileCount: 1,
  serializer: "cbor",
  policy: { kind: "synchronous", writePeriodUs: 500 },
  layout: { kind: "snapshot", replace: "rename" },
  sync: "none",
};

/** What a file backend did to a directory with one unreadable file. */
export const persisted: FileResult = {
  openMs: 45.6,
  filesLoaded: 119,
  entriesLoaded: 65_000,
  filesSetAside: [{
    path: "DIR/shard-0007-of-0120.json",
    backupPath: "DIR/shard-0007-of-0120.json.corrupt-20260102T030405Z",
    reason: "wrong crc32",
  }],
  files: 120,
  snapshotsWritten: 1_700,
  snapshotsSuperseded: 300,
  blocksWritten: 0,
  recordsWritten: 0,
  checkpoints: 0,
  syncs: 0,
  bytesWritten: 13_600_000,
  drainMs: 500.25,
  brokenBounds: [],
  filesTorn: [],
  processCrash: {
    writes: { mean: 12.5, p50: 10, p99: 100, max: 128 },
    ageMs: { mean: 1.5, p50: 1, p99: 9, max: 12.25 },
    worstShard: 7,
    worstShardWrites: 30,
  },
  processCrashBound: policyOf(asynchronousBackend.policy).bound(asynchronousBackend.policy, { threads: 2 }),
  timeToPersistMs: { mean: 2, p50: 1.5, p99: 8, max: 13 },
};

/** The same under the periodic policy, with syncing. */
export const swept: FileResult = {
  ...persisted,
  flushes: { flushes: 40, flushOverruns: 2, flushMsMax: 60.5 },
  processCrashBound: { ageMs: 121 },
  powerLoss: {
    writes: { mean: 20, p50: 18, p99: 110, max: 140 },
    ageMs: { mean: 2.5, p50: 2, p99: 10, max: 14 },
    worstShard: 8,
    worstShardWrites: 31,
  },
};

/** A file run of two threads that a signal ended. */
export const fileResult: RunResult = {
  promises: filePromises(asynchronousBackend, 2),
  options: { ...memoryOptions, threads: 2, loadTimeMs: 2_500, backend: asynchronousBackend },
  threads: [
    threadOf({ thread: 0, runtimeMs: 2_000, reads: 100, writes: 900, hits: 90 }, QUEUE_WAITS),
    threadOf({ thread: 1, runtimeMs: 1_000, reads: 200, writes: 800, hits: 10 }, QUEUE_WAITS),
  ],
  counts: NO_COUNTS,
  operations: [],
  phases: [],
  file: persisted,
  stoppedBy: "SIGINT",
};

const latency: LatencySummary = {
  count: 50,
  minMs: 0.001,
  meanMs: 0.002,
  p50Ms: 0.002,
  p90Ms: 0.003,
  p99Ms: 0.004,
  p999Ms: 0.005,
  maxMs: 12.345,
};

/** YCSB's workload F in an open loop, with all that a run may measure. */
export const mixResult: RunResult = {
  promises: filePromises(asynchronousBackend, 1),
  options: {
    ...memoryOptions,
    threads: 1,
    loadTimeMs: 2_000,
    workload: {
      kind: "mix",
      name: "f",
      shares: [0.5, 0, 0, 0.5],
      keyCount: 1_000,
      keyCountMax: 1_000,
      keyBytes: 16,
      valueBytesMin: 64,
      valueBytesMax: 1_024,
      compressible: 1,
      distribution: "zipfian",
      zipfTheta: 0.99,
      preload: true,
    },
    pattern: "unthrottled",
    ratePerSec: 1_000,
    latencySample: 10,
    intervalMs: 1_000,
    backend: asynchronousBackend,
  },
  threads: [{
    thread: 0,
    runtimeMs: 2_000,
    ops: 2_000,
    reads: 2_000,
    writes: 500,
    hits: 1_990,
    blocked: { lock: 1, queue: 250 },
  }],
  file: {
    ...persisted,
    processCrashBound: policyOf(asynchronousBackend.policy).bound(asynchronousBackend.policy, { threads: 1 }),
    fileSystem: "ext4",
    device: { writesPerSec: 100_000, renamesPerSec: 5_000, fsyncsPerSec: 500, writeBytes: 8_192 },
  },
  operations: [
    { operation: "read", count: 1_500, latency, uncorrectedLatency: { ...latency, maxMs: 1 } },
    { operation: "read_modify_write", count: 500 },
  ],
  phases: [{ phase: "preload", durationMs: 500 }, { phase: "load", durationMs: 2_000 }],
  preload: { keys: 1_000, durationMs: 500 },
  rate: {
    askedPerSec: 1_000,
    reachedPerSec: 999.5,
    timerLateP50Ms: 0.06,
    timerLateP99Ms: 0.09,
  },
  counts: { ...NO_COUNTS, missedStarts: 3, neverBegun: 2, waits: 1, waitAskedMs: 0.01, waitedMs: 0.07 },
  series: [
    {
      endMs: 1_000,
      durationMs: 1_000,
      ops: 1_000,
      opsPerSec: 1_000,
      reads: 900,
      writes: 300,
      latency,
      file: {
        processCrashWrites: 7,
        processCrashAgeMs: 1.5,
        queued: 4,
        snapshotsWritten: 20,
        bytesWritten: 9_000,
      },
    },
    { endMs: 2_000, durationMs: 1_000, ops: 0, opsPerSec: 0, reads: 0, writes: 0 },
  ],
};

export const machine: Machine = {
  cpuCount: 4,
  cpuModel: "A CPU @ 2 GHz",
  memoryBytes: 16 * 2 ** 30,
  os: "linux",
  kernel: "6.1.0",
  arch: "x86_64",
  denoVersion: "2.9.6",
  v8Version: "15.0",
};
