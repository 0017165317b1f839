/**
 * Room of the figures: the measured values of a run under their stable names, in the order shown. The text and the JSON
 * report both take them from here, so a figure added here appears in both under one name.
 *
 * @module
 */
import type { ExposureSummary } from "../run/exposure_sampler.ts";
import { type FileResult, perSecond, type RunResult, totals } from "../run/result.ts";

/**
 * What a figure's value is, and so how reports show it:
 *
 * - `count`: a number of things;
 * - `rate`: things per second;
 * - `mean`: a mean number of things;
 * - `duration`: milliseconds.
 */
export type FigureKind = "count" | "rate" | "mean" | "duration";

/** One measured value. */
export interface Figure {
  /** Stable, in snake_case. */
  readonly name: string;
  readonly kind: FigureKind;
  readonly value: number;
}

/**
 * The figures of a run: the seed's four first, then the counts behind them, then, for the file backend, the drain and
 * the files.
 */
export function figures(result: RunResult): Figure[] {
  const { ops, reads, writes, hits, runtimeMs, opsPerSec, averageOpsPerSec } = totals(result.threads);
  const list: Figure[] = [
    { name: "total_ops", kind: "count", value: ops },
    { name: "total_runtime", kind: "duration", value: runtimeMs },
    { name: "total_ops_per_sec", kind: "rate", value: opsPerSec },
    { name: "average_ops_per_sec", kind: "rate", value: averageOpsPerSec },
    { name: "reads", kind: "count", value: reads },
    { name: "writes", kind: "count", value: writes },
    { name: "hits", kind: "count", value: hits },
  ];
  const { file } = result;
  if (file !== undefined) {
    list.push(
      { name: "drain", kind: "duration", value: file.drainMs },
      { name: "total_ops_per_sec_with_drain", kind: "rate", value: perSecond(ops, runtimeMs + file.drainMs) },
      { name: "files", kind: "count", value: file.files },
      { name: "files_loaded", kind: "count", value: file.filesLoaded },
      { name: "entries_loaded", kind: "count", value: file.entriesLoaded },
      { name: "files_set_aside", kind: "count", value: file.filesSetAside.length },
      { name: "snapshots_written", kind: "count", value: file.snapshotsWritten },
      { name: "snapshots_superseded", kind: "count", value: file.snapshotsSuperseded },
      { name: "bytes_written", kind: "count", value: file.bytesWritten },
      ...sweepFigures(file),
      ...exposureFigures("process_crash", file.processCrash),
      ...boundFigures(file),
      ...(file.powerLoss === undefined ? [] : exposureFigures("power_loss", file.powerLoss)),
      { name: "time_to_persist_mean", kind: "duration", value: file.timeToPersistMs.mean },
      { name: "time_to_persist_p50", kind: "duration", value: file.timeToPersistMs.p50 },
      { name: "time_to_persist_p99", kind: "duration", value: file.timeToPersistMs.p99 },
      { name: "time_to_persist_max", kind: "duration", value: file.timeToPersistMs.max },
    );
  }
  return list;
}

function sweepFigures({ sweeps }: FileResult): Figure[] {
  if (sweeps === undefined) return [];
  return [
    { name: "sweeps", kind: "count", value: sweeps.sweeps },
    { name: "sweep_overruns", kind: "count", value: sweeps.sweepOverruns },
    { name: "sweep_max", kind: "duration", value: sweeps.sweepMsMax },
  ];
}

function exposureFigures(crash: string, { writes, ageMs, worstShard, worstShardWrites }: ExposureSummary): Figure[] {
  return [
    { name: `${crash}_writes_mean`, kind: "mean", value: writes.mean },
    { name: `${crash}_writes_p50`, kind: "count", value: Math.round(writes.p50) },
    { name: `${crash}_writes_p99`, kind: "count", value: Math.round(writes.p99) },
    { name: `${crash}_writes_max`, kind: "count", value: writes.max },
    { name: `${crash}_worst_shard`, kind: "count", value: worstShard },
    { name: `${crash}_worst_shard_writes`, kind: "count", value: worstShardWrites },
    { name: `${crash}_age_mean`, kind: "duration", value: ageMs.mean },
    { name: `${crash}_age_p50`, kind: "duration", value: ageMs.p50 },
    { name: `${crash}_age_p99`, kind: "duration", value: ageMs.p99 },
    { name: `${crash}_age_max`, kind: "duration", value: ageMs.max },
  ];
}

function boundFigures({ processCrashBound: { writes, ageMs } }: FileResult): Figure[] {
  return [
    ...(writes === undefined ? [] : [{ name: "process_crash_writes_bound", kind: "count", value: writes } as const]),
    ...(ageMs === undefined ? [] : [{ name: "process_crash_age_bound", kind: "duration", value: ageMs } as const]),
  ];
}
