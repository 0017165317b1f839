/**
 * A run in JSON: everything in a result that belongs to a single run rather than to its options or its machine. The
 * fields are documented in `result_json.ts`.
 *
 * @module
 */
import type { Loss, Promises } from "../engine/promises.ts";
import type { LatencySummary, OperationResult, SeriesRow } from "../run/measurements.ts";
import { type EngineResult, perSecond, type RunResult, type ThreadResult } from "../run/run_result.ts";
import { type Figure, figureEntry } from "./figure.ts";
import { loadFigures } from "./figures.ts";
import { secondsOf } from "./format.ts";
import type { JsonObject } from "./json_value.ts";

/** The part of the document for one run. */
export function runObject(result: RunResult): JsonObject {
  const { file, operations = [], phases = [], series } = result;
  return {
    ...figuresObject(loadFigures(result)),
    stopped_by: result.stoppedBy ?? null,
    promises: promisesObject(result.promises),
    ...(result.engine === undefined ? {} : { engine: engineObject(result.engine) }),
    ...(result.usedUp === undefined ? {} : { ended_early: result.usedUp }),
    ...(result.failed === undefined ? {} : { failed: result.failed }),
    ...(result.file === undefined ? {} : { broken_bounds: [...result.file.brokenBounds] }),
    ...(file === undefined ? {} : {
      set_aside_files: file.filesSetAside.map(({ path, backupPath, reason }) => ({
        path,
        backup_path: backupPath,
        reason,
      })),
      power_loss: file.powerLoss === undefined ? "everything" : "measured",
      file_system: file.fileSystem ?? null,
    }),
    phases: phases.map(({ phase, durationMs }) => ({ phase, duration_sec: secondsOf(durationMs) })),
    operations: operations.map(operationObject),
    threads: result.threads.map(threadObject),
    ...(series === undefined ? {} : { series: series.map(seriesObject) }),
  };
}

/** The most that the backend promises to lose in each kind of failure; `failover` is null without a second copy. */
export function promisesObject({ processCrash, powerLoss, failover }: Promises): JsonObject {
  return {
    process_crash: processCrash.text,
    power_loss: powerLoss.text,
    failover: failover?.text ?? null,
    ...boundsObject("process_crash", processCrash),
    ...boundsObject("power_loss", powerLoss),
    ...(failover === undefined ? {} : boundsObject("failover", failover)),
  };
}

/** The bounds of a promise, if it has any. */
function boundsObject(failure: string, { writesMax, ageMsMax }: Loss): JsonObject {
  return {
    ...(writesMax === undefined ? {} : { [`${failure}_writes_bound`]: writesMax }),
    ...(ageMsMax === undefined ? {} : { [`${failure}_age_bound_sec`]: secondsOf(ageMsMax) }),
  };
}

function engineObject({ title, version, settings, counts }: EngineResult): JsonObject {
  return {
    name: title,
    version,
    settings: { ...settings },
    ...(counts === undefined ? {} : { counts: { ...counts } }),
  };
}

/** Figures under the names that they have in the document. */
export function figuresObject(figures: readonly Figure[]): JsonObject {
  return Object.fromEntries(figures.map(figureEntry));
}

function operationObject({ operation, count, latency, uncorrectedLatency }: OperationResult): JsonObject {
  return {
    operation,
    count,
    ...(latency === undefined ? {} : { latency: latencyObject(latency) }),
    ...(uncorrectedLatency === undefined ? {} : { uncorrected_latency: latencyObject(uncorrectedLatency) }),
  };
}

function latencyObject(latency: LatencySummary): JsonObject {
  return {
    count: latency.count,
    min_sec: secondsOf(latency.minMs),
    mean_sec: secondsOf(latency.meanMs),
    p50_sec: secondsOf(latency.p50Ms),
    p90_sec: secondsOf(latency.p90Ms),
    p99_sec: secondsOf(latency.p99Ms),
    p999_sec: secondsOf(latency.p999Ms),
    max_sec: secondsOf(latency.maxMs),
    ...(latency.percentiles === undefined ? {} : {
      percentiles: latency.percentiles.map(({ percent, latencyMs }) => ({ percent, sec: secondsOf(latencyMs) })),
    }),
  };
}

function threadObject({ thread, runtimeMs, ops, reads, writes, hits, blocked }: ThreadResult): JsonObject {
  return {
    thread,
    ops,
    reads,
    writes,
    hits,
    runtime_sec: secondsOf(runtimeMs),
    ops_per_sec: perSecond(ops, runtimeMs),
    ...Object.fromEntries(Object.entries(blocked).map(([name, ms]) => [`blocked_on_${name}_sec`, secondsOf(ms)])),
  };
}

function seriesObject({ endMs, durationMs, ops, opsPerSec, reads, writes, latency, file }: SeriesRow): JsonObject {
  return {
    end_sec: secondsOf(endMs),
    duration_sec: secondsOf(durationMs),
    ops,
    ops_per_sec: opsPerSec,
    reads,
    writes,
    ...(latency === undefined ? {} : { latency: latencyObject(latency) }),
    ...(file === undefined ? {} : {
      process_crash_writes: file.processCrashWrites,
      process_crash_age_sec: secondsOf(file.processCrashAgeMs),
      ...(file.powerLossWrites === undefined ? {} : { power_loss_writes: file.powerLossWrites }),
      ...(file.powerLossAgeMs === undefined ? {} : { power_loss_age_sec: secondsOf(file.powerLossAgeMs) }),
      ...(file.queued === undefined ? {} : { queued: file.queued }),
      snapshots_written: file.snapshotsWritten,
      bytes_written: file.bytesWritten,
    }),
  };
}
