/**
 * The file backend's figures: the drain, the files, and what a crash would have lost.
 *
 * @module
 */
import type { ExposureSummary } from "../run/exposure_sampler.ts";
import { type FileResult, perSecond } from "../run/run_result.ts";
import type { Figure } from "./figure.ts";

/**
 * The figures that only the file backend has.
 *
 * @param load `putBytes`: the bytes of all keys and values that were put
 */
export function fileFigures(
  file: FileResult,
  { ops, writes, putBytes, runtimeMs }: { ops: number; writes: number; putBytes: number; runtimeMs: number },
): Figure[] {
  return [
    { name: "drain", kind: "duration", value: file.drainMs },
    { name: "total_ops_per_sec_with_drain", kind: "rate", value: perSecond(ops, runtimeMs + file.drainMs) },
    { name: "files", kind: "count", value: file.files },
    { name: "files_loaded", kind: "count", value: file.filesLoaded },
    { name: "entries_loaded", kind: "count", value: file.entriesLoaded },
    ...(file.filesLoaded === 0 ? [] : [{ name: "reopen", kind: "duration", value: file.openMs } as const]),
    { name: "files_set_aside", kind: "count", value: file.filesSetAside.length },
    { name: "snapshots_written", kind: "count", value: file.snapshotsWritten },
    { name: "snapshots_superseded", kind: "count", value: file.snapshotsSuperseded },
    ...(file.recordsWritten === 0 ? [] : [
      { name: "records_written", kind: "count", value: file.recordsWritten } as const,
      { name: "checkpoints", kind: "count", value: file.checkpoints } as const,
    ]),
    { name: "bytes_written", kind: "count", value: file.bytesWritten },
    ...(putBytes === 0 ? [] : [
      { name: "write_amplification", kind: "mean", value: file.bytesWritten / putBytes } as const,
    ]),
    ...(file.syncs === 0 ? [] : [
      { name: "syncs", kind: "count", value: file.syncs } as const,
      { name: "puts_per_sync", kind: "mean", value: writes / file.syncs } as const,
    ]),
    ...sweepFigures(file),
    ...exposureFigures("process_crash", file.processCrash),
    ...boundFigures(file),
    ...(file.powerLoss === undefined ? [] : exposureFigures("power_loss", file.powerLoss)),
    { name: "time_to_persist_mean", kind: "duration", value: file.timeToPersistMs.mean },
    { name: "time_to_persist_p50", kind: "duration", value: file.timeToPersistMs.p50 },
    { name: "time_to_persist_p99", kind: "duration", value: file.timeToPersistMs.p99 },
    { name: "time_to_persist_max", kind: "duration", value: file.timeToPersistMs.max },
    ...deviceFigures(file),
  ];
}

/** What the device can do, for comparison with the rest. */
function deviceFigures({ device }: FileResult): Figure[] {
  if (device === undefined) return [];
  return [
    { name: "device_writes_per_sec", kind: "rate", value: device.writesPerSec },
    { name: "device_renames_per_sec", kind: "rate", value: device.renamesPerSec },
    { name: "device_fsyncs_per_sec", kind: "rate", value: device.fsyncsPerSec },
  ];
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
