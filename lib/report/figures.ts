/**
 * Room of the figures: the measured values of a run under their stable names, in the order shown. The text and the JSON
 * report both take them from here, so a figure added here appears in both under one name.
 *
 * @module
 */
import { perSecond, type RunResult, totals } from "../run/result.ts";

/**
 * What a figure's value is, and so how reports show it:
 *
 * - `count`: a number of things;
 * - `rate`: things per second;
 * - `duration`: milliseconds.
 */
export type FigureKind = "count" | "rate" | "duration";

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
    );
  }
  return list;
}
