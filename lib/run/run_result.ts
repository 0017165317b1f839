/**
 * What a run measured, as plain data for the reports.
 *
 * @module
 */
import type { HistoryResult } from "./run_history.ts";
import type { CostResult } from "./cost_meter.ts";
import type { RunOptions } from "./run_options.ts";
import type { EngineDescription } from "../engine/connection.ts";
import type { Promises } from "../engine/promises.ts";
import type { SetAsideFile, TornFile } from "../persist/layout/layout_module.ts";
import type { DeviceProbe } from "../directory/device_probe.ts";
import type { ExposureBound, FlushCounts } from "../persist/policy/policy_module.ts";
import type { WriteTotals } from "../persist/write_meter.ts";
import type { WaitTimes } from "../sync/blocked.ts";
import type { Distribution, ExposureSummary } from "./exposure_sampler.ts";
import type { LoadCounts } from "../load/load_meter.ts";
import type { OperationName } from "../load/operation.ts";

/** What one load worker did. */
export interface ThreadResult {
  /** Index of the load worker, from 0. */
  readonly thread: number;
  /** Time from the common start to the end of this thread's last operation, in milliseconds. */
  readonly runtimeMs: number;
  /** A read-modify-write is one operation, one read and one write. */
  readonly ops: number;
  readonly reads: number;
  readonly writes: number;
  /** Reads that found their key. */
  readonly hits: number;
  /** Time blocked, by what the thread waited for; what its backend cannot block on is absent. */
  readonly blocked: WaitTimes;
}

/** What the file backend did. */
export interface FileResult extends WriteTotals {
  /** How long it took to open the directory and to load its contents, in milliseconds. */
  readonly openMs: number;
  /** Files and entries that the directory held at the start. */
  readonly filesLoaded: number;
  readonly entriesLoaded: number;
  /** Files that could not be read and were renamed. */
  readonly filesSetAside: readonly SetAsideFile[];
  /** Files with an end that a crash had left incomplete, and that was cut off. */
  readonly filesTorn: readonly TornFile[];
  /** Shard files in the directory at the end. */
  readonly files: number;
  /**
   * Time from the end of the last load worker until every acknowledged put was in the file system, in milliseconds;
   * absent if the run has failed, after which nothing more is written.
   */
  readonly drainMs?: number;
  /** The periodic policy's flushes. */
  readonly flushes?: FlushCounts;
  /** What a crash of the process would have lost, over the time of the load. */
  readonly processCrash: ExposureSummary;
  /** What exceeded the configuration's promises, each as one sentence. */
  readonly brokenBounds: readonly string[];
  /** What the configuration promises about it. */
  readonly processCrashBound: ExposureBound;
  /**
   * What a power loss would have lost, over the time of the load; absent if nothing is synced, since everything would
   * be lost.
   */
  readonly powerLoss?: ExposureSummary;
  /** From a shard's first unpersisted put to its completed write, in milliseconds, over all writes. */
  readonly timeToPersistMs: Distribution;
  /** Absent if the device was not measured. */
  readonly device?: DeviceProbe;
  /** The type of the file system that held the directory, such as `ext4`; absent if the system does not report it. */
  readonly fileSystem?: string;
}

/** A signal that ends a run in an orderly way. */
export type StopSignal = "SIGHUP" | "SIGINT" | "SIGTERM";

/** The engine that the load ran on. */
export interface EngineResult extends EngineDescription {
  /** As its makers spell it, such as `SQLite`. */
  readonly title: string;
  /** What it counted during the run, under its own names, such as `evicted_keys`; absent if it tells nothing. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** What a finished run measured. */
export interface RunResult {
  readonly options: RunOptions;
  /** The most that the backend, with these options, promises to lose in each kind of failure. */
  readonly promises: Promises;
  readonly threads: readonly ThreadResult[];
  /** What all threads together have counted, besides their operations. */
  readonly counts: LoadCounts;
  /** Present for the file backend. */
  readonly file?: FileResult;
  /** Present for an engine. */
  readonly engine?: EngineResult;
  /** The signal that ended the run early, if one did. */
  readonly stoppedBy?: StopSignal;
  /** Why the load ended early, if it ran out of records to insert. */
  readonly usedUp?: string;
  /**
   * The error that ended the run in the middle of the load, or at its end; everything else is what was measured until
   * then.
   */
  readonly failed?: string;
  /** The kinds of operations that the load had, in the order of their numbers. */
  readonly operations: readonly OperationResult[];
  /** The parts of the run, in order. */
  readonly phases: readonly PhaseResult[];
  readonly preload?: PreloadResult;
  /** Absent if the load never began. */
  readonly costs?: CostResult;
  /** Present if the history was to be judged. */
  readonly history?: HistoryResult;
  /** Present for an open loop. */
  readonly rate?: RateResult;
  /** The intervals of the load, if a series was asked for. */
  readonly series?: readonly SeriesRow[];
}

/** The seed's four figures and the counts behind them, over all threads. */
export interface RunTotals {
  readonly ops: number;
  readonly reads: number;
  readonly writes: number;
  readonly hits: number;
  /** The longest thread's, in milliseconds. */
  readonly runtimeMs: number;
  /** All operations over the longest thread's time. */
  readonly opsPerSec: number;
  /** Mean of the threads' own rates. */
  readonly averageOpsPerSec: number;
}

/** Adds up the threads' results. A run that took no time has a rate of 0. */
export function totals(threads: readonly ThreadResult[]): RunTotals {
  let ops = 0, reads = 0, writes = 0, hits = 0, runtimeMs = 0, rates = 0;
  for (const thread of threads) {
    ops += thread.ops;
    reads += thread.reads;
    writes += thread.writes;
    hits += thread.hits;
    runtimeMs = Math.max(runtimeMs, thread.runtimeMs);
    rates += perSecond(thread.ops, thread.runtimeMs);
  }
  const averageOpsPerSec = threads.length === 0 ? 0 : rates / threads.length;
  return { ops, reads, writes, hits, runtimeMs, opsPerSec: perSecond(ops, runtimeMs), averageOpsPerSec };
}

/** Events per second; 0 if no time has passed. */
export function perSecond(count: number, durationMs: number): number {
  return durationMs > 0 ? count / (durationMs / 1000) : 0;
}

/** Latencies of one kind of operation. All times are in milliseconds, to about three digits. */
export interface LatencySummary {
  /** Operations timed. */
  readonly count: number;
  readonly minMs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** The percentiles of `percentilesOf()`, for a whole load; absent for a part of it. */
  readonly percentiles?: readonly LatencyPercentile[];
}

/** A latency, and the percentage of timed operations that do not exceed it. */
interface LatencyPercentile {
  readonly percent: number;
  readonly latencyMs: number;
}

/** One kind of operation, over all threads. */
export interface OperationResult {
  readonly operation: OperationName;
  readonly count: number;
  /** The records that they found, if each may find several. */
  readonly records?: number;
  /**
   * Absent if none was timed. In an open loop it counts from the intended start (corrected for coordinated omission),
   * in a closed loop from the actual one.
   */
  readonly latency?: LatencySummary;
  /** In an open loop, the same counted from the actual start. */
  readonly uncorrectedLatency?: LatencySummary;
  /** What the latency summarizes: for each thread, counts in nanoseconds in the buckets of `histogram.ts`. */
  readonly latencyCounts?: readonly Float64Array[];
}

/** One part of a run. */
export interface PhaseResult {
  readonly phase: "prepare" | "preload" | "preload_flush" | "calibration" | "warmup" | "load" | "drain";
  readonly durationMs: number;
}

/** What a preload put. */
export interface PreloadResult {
  readonly keys: number;
  /** How long the puts took, in milliseconds; writing their files is a separate phase. */
  readonly durationMs: number;
}

/** How well an open loop kept its rate. */
export interface RateResult {
  readonly askedPerSec: number;
  readonly reachedPerSec: number;
  /** How late an idle loop woke from such sleeps just before the load, in milliseconds; absent if it never slept. */
  readonly timerLateP50Ms?: number;
  readonly timerLateP99Ms?: number;
}

/** What one interval of the load saw. Rates and counts cover the interval; gauges are as of its end. */
export interface SeriesRow {
  /** End of the interval, from the load's start, in milliseconds. */
  readonly endMs: number;
  /** Its length, in milliseconds. */
  readonly durationMs: number;
  readonly ops: number;
  readonly opsPerSec: number;
  readonly reads: number;
  readonly writes: number;
  /** Over all kinds of operations; absent if none was timed in the interval. */
  readonly latency?: LatencySummary;
  /** The file backend's; absent for memory. */
  readonly file?: SeriesFileColumns;
}

/** What one interval saw of the file backend. */
export interface SeriesFileColumns {
  /** Acknowledged writes that a crash of the process would have lost, and the age of the oldest, in milliseconds. */
  readonly processCrashWrites: number;
  readonly processCrashAgeMs: number;
  /** The same for a power loss; absent if nothing is synced, since everything would be lost. */
  readonly powerLossWrites?: number;
  readonly powerLossAgeMs?: number;
  /** Snapshots in the queue; absent if the policy has none. */
  readonly queued?: number;
  readonly snapshotsWritten: number;
  readonly bytesWritten: number;
}
