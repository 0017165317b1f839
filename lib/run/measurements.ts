/**
 * What a run measures of its operations over time, as plain data for the reports.
 *
 * @module
 */
import type { OperationName } from "../load/operation.ts";

export type { DeviceProbe as DeviceResult } from "../directory/device_probe.ts";

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
export interface LatencyPercentile {
  readonly percent: number;
  readonly latencyMs: number;
}

/** One kind of operation, over all threads. */
export interface OperationResult {
  readonly operation: OperationName;
  readonly count: number;
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
  /** Operations that began late because the one before had not ended at their intended start. */
  readonly missedStarts: number;
  /** How late an idle loop woke from such sleeps just before the load, in milliseconds; absent if it never slept. */
  readonly timerLateP50Ms?: number;
  readonly timerLateP99Ms?: number;
}

/** The waits of a pattern. */
export interface WaitResult {
  readonly waits: number;
  /** Mean wait asked for, and mean wait that happened, in milliseconds. */
  readonly askedMeanMs: number;
  readonly meanMs: number;
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
