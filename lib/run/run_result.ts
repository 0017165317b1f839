/**
 * The run's result: what a run measured, as plain data for the reports.
 *
 * @module
 */
import type {
  DeviceResult,
  OperationResult,
  PhaseResult,
  PreloadResult,
  RateResult,
  SeriesRow,
  WaitResult,
} from "./measurements.ts";
import type { RunOptions } from "./run_options.ts";
import type { EngineDescription } from "../engine/connection.ts";
import type { Promises } from "../engine/promises.ts";
import type { SetAsideFile } from "../persist/directory.ts";
import type { TornFile } from "../persist/layout/stored_state.ts";
import type { ExposureBound } from "../persist/exposure_bound.ts";
import type { SweepCounts } from "../persist/sweeper.ts";
import type { WriteTotals } from "../persist/write_meter.ts";
import type { WaitTimes } from "../sync/blocked.ts";
import type { Distribution, ExposureSummary } from "./exposure_sampler.ts";

/** What one load worker did. */
export interface ThreadResult {
  /** Index of the load worker, from 0. */
  readonly thread: number;
  /** Time from the common start to this thread's last operation, in milliseconds. */
  readonly runtimeMs: number;
  /** A read-modify-write is one operation, one read and one write. */
  readonly ops: number;
  readonly reads: number;
  readonly writes: number;
  /** Reads that found their key. */
  readonly hits: number;
  /** Time that it was blocked, by what it waited for; what its backend cannot be blocked on is absent. */
  readonly blocked: WaitTimes;
}

/** What the file backend did. */
export interface FileResult extends WriteTotals {
  /** How long it took to open the directory, and to load what it held, in milliseconds. */
  readonly openMs: number;
  /** Files and entries that the directory held at the start. */
  readonly filesLoaded: number;
  readonly entriesLoaded: number;
  /** Files that could not be read and were renamed. */
  readonly filesSetAside: readonly SetAsideFile[];
  /** Files whose end a crash had left incomplete; it was cut off. */
  readonly filesTorn: readonly TornFile[];
  /** Shard files in the directory at the end. */
  readonly files: number;
  /** Time from the last load worker's end until every acknowledged put was in the file system, in milliseconds. */
  readonly drainMs: number;
  /** The periodic policy's sweeps. */
  readonly sweeps?: SweepCounts;
  /** What a crash of the process would have lost, over the time of the load. */
  readonly processCrash: ExposureSummary;
  /** What was found to be beyond what the configuration promises, each in one sentence. */
  readonly brokenBounds: readonly string[];
  /** What the configuration promises of it. */
  readonly processCrashBound: ExposureBound;
  /** What a power loss would have lost, over the time of the load; absent where nothing is synced: everything. */
  readonly powerLoss?: ExposureSummary;
  /** From a shard's first unpersisted put to its completed write, in milliseconds, over all writes. */
  readonly timeToPersistMs: Distribution;
  /** Absent where the device was not measured. */
  readonly device?: DeviceResult;
  /** The type of the file system that held the directory, such as `ext4`; absent where the system does not tell. */
  readonly fileSystem?: string;
}

/** A signal that ends a run in an orderly way. */
export type StopSignal = "SIGHUP" | "SIGINT" | "SIGTERM";

/** The engine that the load ran on. */
export interface EngineResult extends EngineDescription {
  /** As its makers write it, such as `SQLite`. */
  readonly title: string;
}

/** What a finished run measured. */
export interface RunResult {
  readonly options: RunOptions;
  /** What the backend promises, with these options, that failures lose at most. */
  readonly promises: Promises;
  readonly threads: readonly ThreadResult[];
  /** Present for the file backend. */
  readonly file?: FileResult;
  /** Present where the backend is an engine. */
  readonly engine?: EngineResult;
  /** The signal that ended the run early, if one did. */
  readonly stoppedBy?: StopSignal;
  /** Why the load ended early, where the records to insert were used up. */
  readonly usedUp?: string;
  /** What the engine said that failed in the middle of the load, if it did; the rest is what was measured until then. */
  readonly failed?: string;
  /** The kinds of operations that the load had, in their numbers' order. */
  readonly operations?: readonly OperationResult[];
  /** The parts of the run, in their order. */
  readonly phases?: readonly PhaseResult[];
  readonly preload?: PreloadResult;
  /** Present for an open loop. */
  readonly rate?: RateResult;
  /** Present for a pattern that waits. */
  readonly wait?: WaitResult;
  /** The intervals of the load, where a series was asked for. */
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

/** Sums up the threads' results. A run without any time has a rate of 0. */
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

/** Events per second; 0 when no time has passed. */
export function perSecond(count: number, durationMs: number): number {
  return durationMs > 0 ? count / (durationMs / 1000) : 0;
}
