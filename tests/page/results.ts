/**
 * Results of every kind, as kvlab would write them: runs with all that can be measured of their backends, repeats,
 * kills and a comparison.
 *
 * @module
 */
import type { FileBackendOptions, MemoryBackendOptions } from "../../lib/backend/backend.ts";
import { filePromises } from "../../lib/backend/file.ts";
import { compareDocuments } from "../../lib/compare/comparison.ts";
import type { KillResult } from "../../lib/crash/crash_result.ts";
import { EVERYTHING } from "../../lib/engine/promises.ts";
import { comparisonJson } from "../../lib/report/comparison_json.ts";
import { crashJson } from "../../lib/crash/crash_document.ts";
import { parseResultDocument, repeatsJson, resultJson } from "../../lib/result/result_document.ts";
import type { FileResult, LatencySummary, RunResult, SeriesRow } from "../../lib/run/run_result.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import {
  asynchronousBackend,
  machine,
  memoryOptions,
  NO_COUNTS,
  persisted,
  swept,
  threadOf,
} from "../result/fixtures.ts";

const LOAD_MS = 1_200;
const INTERVAL_MS = 100;
const THREADS = 2;

const PERIODIC: FileBackendOptions = {
  ...asynchronousBackend,
  policy: { kind: "periodic", flushPeriodUs: 20_000 },
  layout: { kind: "snapshot", replace: "alternate" },
};
const COMMIT: FileBackendOptions = {
  ...asynchronousBackend,
  fileCount: 1,
  policy: { kind: "commit", commitDelayUs: 0 },
  layout: { kind: "log", logBytes: 4 * 2 ** 20, pendingBytes: 2 ** 28 },
  sync: "data",
};
const LOG: FileBackendOptions = { ...asynchronousBackend, layout: COMMIT.layout };

/** The texts of the results, by name. */
const TEXTS = {
  memory: () => resultJson(runOf({ kind: "memory" }, { opsPerSec: 120_000 }), machine),
  periodic: () => resultJson(runOf(PERIODIC, { opsPerSec: 25_000, file: swept }), machine),
  commit: () => resultJson(runOf(COMMIT, { opsPerSec: 420, file: swept }), machine),
  open_loop: () => resultJson(runOf(asynchronousBackend, { opsPerSec: 3_000, ratePerSec: 20_000 }), machine),
  log: () => repeatsJson(repeatsOf(LOG, 9_000), machine),
  crash: () => crashText(),
  comparison: () => {
    const snapshot = repeatsJson(repeatsOf(asynchronousBackend, 7_000), machine);
    const texts = { "results/log.json": resultText("log"), "results/snapshot.json": snapshot };
    return comparisonJson(
      compareDocuments(Object.entries(texts).map(([path, text]) => parseResultDocument(path, text))),
    );
  },
} as const;

export type ResultName = keyof typeof TEXTS;

const built = new Map<ResultName, string>();

/** The text of one of the results. */
export function resultText(name: ResultName): string {
  const text = built.get(name) ?? TEXTS[name]();
  built.set(name, text);
  return text;
}

/** A run of that speed, in an open loop if it has a rate. */
function runOf(
  backend: MemoryBackendOptions | FileBackendOptions,
  { opsPerSec, ratePerSec, file = persisted }: { opsPerSec: number; ratePerSec?: number; file?: FileResult },
): RunResult {
  const isFile = backend.kind === "file";
  const options: RunOptions = {
    ...memoryOptions,
    threads: THREADS,
    loadTimeMs: LOAD_MS,
    intervalMs: INTERVAL_MS,
    latencySample: 1,
    pattern: "unthrottled",
    backend,
    ...(ratePerSec === undefined ? {} : { ratePerSec }),
  };
  const reads = Math.round(opsPerSec * LOAD_MS / 1000 / 20), writes = 9 * reads;
  const latency = latencyOf(writes, THREADS * 1000 / opsPerSec);
  return {
    options,
    promises: backend.kind === "file"
      ? filePromises(backend, THREADS)
      : { processCrash: EVERYTHING, powerLoss: EVERYTHING },
    threads: [0, 1].map((thread) => ({
      ...threadOf({ thread, runtimeMs: LOAD_MS, reads, writes, hits: reads >> 1 }),
      blocked: isFile ? { lock: 100, queue: 700 } : { lock: 300 },
    })),
    counts: NO_COUNTS,
    operations: [
      { operation: "read", count: THREADS * reads, latency: latencyOf(reads, 0.5) },
      {
        operation: "update",
        count: THREADS * writes,
        latency,
        ...(ratePerSec === undefined ? {} : { uncorrectedLatency: latencyOf(writes, 0.1) }),
      },
    ],
    phases: [{ phase: "load", durationMs: LOAD_MS }],
    ...(isFile ? { file: { ...file, filesLoaded: 0 } } : {}),
    series: Array.from({ length: LOAD_MS / INTERVAL_MS }, (_, at) => intervalOf(at, { opsPerSec, latency, isFile })),
  };
}

/** Six runs of about that speed. */
function repeatsOf(backend: FileBackendOptions, opsPerSec: number): RunResult[] {
  return [0.97, 1.01, 1, 1.02, 0.99, 1.03].map((factor) => runOf(backend, { opsPerSec: factor * opsPerSec }));
}

function latencyOf(count: number, middleMs: number): LatencySummary {
  const points = [[0, 0.2], [50, 1], [75, 2], [90, 4], [99, 20], [99.9, 80]] as const;
  const [minMs, p50Ms, , p90Ms, p99Ms, p999Ms] = points.map(([, times]) => times * middleMs);
  const percentiles = points.map(([percent, times]) => ({ percent, latencyMs: times * middleMs }));
  return {
    count,
    minMs: minMs ?? 0,
    meanMs: middleMs,
    p50Ms: p50Ms ?? 0,
    p90Ms: p90Ms ?? 0,
    p99Ms: p99Ms ?? 0,
    p999Ms: p999Ms ?? 0,
    maxMs: 100 * middleMs,
    percentiles,
  };
}

function intervalOf(
  at: number,
  { opsPerSec, latency, isFile }: { opsPerSec: number; latency: LatencySummary; isFile: boolean },
): SeriesRow {
  const ops = Math.round(opsPerSec * INTERVAL_MS / 1000 * (1 + at % 3 / 10));
  return {
    endMs: (at + 1) * INTERVAL_MS,
    durationMs: INTERVAL_MS,
    ops,
    opsPerSec: ops / (INTERVAL_MS / 1000),
    reads: ops >> 3,
    writes: ops - (ops >> 3),
    latency,
    ...(isFile
      ? {
        file: {
          processCrashWrites: 10 + at,
          processCrashAgeMs: 1 + at,
          queued: 4 + at,
          snapshotsWritten: 20,
          bytesWritten: 9_000,
        },
      }
      : {}),
  };
}

/** Twelve kills, each of which cost less than the gauge said. */
function crashText(): string {
  const { options } = runOf(PERIODIC, { opsPerSec: 1_000 });
  const kills = Array.from({ length: 12 }, (_, at): KillResult => ({
    kill: at + 1,
    during: "load",
    loadMs: 40 * (at + 1),
    acknowledged: 1_000 * (at + 1),
    recovered: 1_000 * (at + 1) - 30 * at,
    lost: 30 * at,
    resurrected: 0,
    oldestLostMs: 2 * at,
    neverAcknowledged: 0,
    holes: 0,
    neverPut: 0,
    tornShards: 0,
    damagedSpares: 0,
    gauge: 30 * at + 5,
    held: true,
    recoveryMs: 20 + at,
  }));
  return crashJson({ options, failure: "processCrash", promises: filePromises(PERIODIC, THREADS), kills });
}
