/**
 * Results with known figures, for the tests of the reports.
 *
 * @module
 */
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import type { RunOptions } from "../../lib/run/options.ts";
import type { FileResult, RunResult, ThreadResult } from "../../lib/run/result.ts";

/** A thread that each read and each write was an operation of, and that was never blocked. */
export function threadOf(
  counts: Pick<ThreadResult, "thread" | "runtimeMs" | "reads" | "writes" | "hits">,
): ThreadResult {
  return { ...counts, ops: counts.reads + counts.writes, blocked: { onLockMs: 0, onQueueMs: 0, onWriteMs: 0 } };
}

export const memoryOptions: RunOptions = {
  threads: 4,
  loadTimeMs: 10_000,
  workload: { kind: "seed" },
  pattern: "consistent",
  seed: 123,
  backend: { kind: "memory" },
};

/** The seed's memory run, split over threads so that each of its four figures comes out as printed there. */
export const memoryResult: RunResult = {
  options: memoryOptions,
  threads: [
    threadOf({ thread: 0, runtimeMs: 10_000.090816, reads: 42_712, writes: 384_415, hits: 42_000 }),
    threadOf({ thread: 1, runtimeMs: 10_000.0581, reads: 42_713, writes: 384_414, hits: 42_001 }),
    threadOf({ thread: 2, runtimeMs: 9_999.8906, reads: 42_713, writes: 384_414, hits: 42_002 }),
    threadOf({ thread: 3, runtimeMs: 10_000.0901, reads: 42_713, writes: 384_419, hits: 42_003 }),
  ],
};

export const asynchronousBackend: FileBackendOptions = {
  kind: "file",
  output: "DIR",
  fileCount: 120,
  serializer: "json",
  policy: { kind: "asynchronous", queueDepth: 1024, queueMemoryBytes: 256 * 2 ** 20 },
  replace: "rename",
  sync: "none",
};

export const synchronousBackend: FileBackendOptions = {
  kind: "file",
  fileCount: 1,
  serializer: "cbor",
  policy: { kind: "synchronous", periodMs: 0.5 },
  replace: "rename",
  sync: "none",
};

/** What a file backend did to a directory with one unreadable file. */
export const persisted: FileResult = {
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
  bytesWritten: 13_600_000,
  drainMs: 500.25,
  processCrash: {
    writes: { mean: 12.5, p50: 10, p99: 100, max: 128 },
    ageMs: { mean: 1.5, p50: 1, p99: 9, max: 12.25 },
    worstShard: 7,
    worstShardWrites: 30,
  },
  processCrashBound: { writes: 1_026 },
  timeToPersistMs: { mean: 2, p50: 1.5, p99: 8, max: 13 },
};

/** The same under the periodic policy, with syncing. */
export const swept: FileResult = {
  ...persisted,
  sweeps: { sweeps: 40, sweepOverruns: 2, sweepMsMax: 60.5 },
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
  options: { ...memoryOptions, threads: 2, loadTimeMs: 2_500, backend: asynchronousBackend },
  threads: [
    threadOf({ thread: 0, runtimeMs: 2_000, reads: 100, writes: 900, hits: 90 }),
    threadOf({ thread: 1, runtimeMs: 1_000, reads: 200, writes: 800, hits: 10 }),
  ],
  file: persisted,
  stoppedBy: "SIGINT",
};
