/**
 * The file backend's figures: the drain, the files, and what a crash would have lost.
 *
 * @module
 */
import type { ExposureSummary } from "../run/exposure_sampler.ts";
import { type FileResult, perSecond } from "../run/run_result.ts";
import type { FigureRow, FigureSource } from "./figure.ts";
import { readableBytes, readableCount, readableDuration, readableNumber } from "./format.ts";

/** The section of the files in the tables of several runs. */
const FILES = "files";
/** The sections of what crashes would have lost. */
const LOST = { process_crash: "lost in a process crash", power_loss: "lost in a power loss" } as const;

/** The figures that only the file backend has. */
export const FILE_FIGURES: readonly FigureRow[] = [
  {
    name: "drain",
    kind: "duration",
    of: ({ file }) => file?.drainMs,
    column: { section: FILES, label: "drain", place: 3 },
    phrase: { line: "persisted", text: (ms) => `drained in ${readableDuration(ms)}` },
  },
  {
    name: "total_ops_per_sec_with_drain",
    kind: "rate",
    of: ({ file, ops, runtimeMs }) =>
      file?.drainMs === undefined ? undefined : perSecond(ops, runtimeMs + file.drainMs),
    column: { section: "ops/s", label: "with the drain", place: 1 },
  },
  { name: "files", kind: "count", of: ({ file }) => file?.files },
  {
    name: "files_loaded",
    kind: "count",
    of: ({ file }) => file?.filesLoaded,
    phrase: {
      line: "found",
      text: (files, other) =>
        files === 0 ? undefined : `${readableCount(files, "file")} with ${entriesText(other("entries_loaded"))}`,
    },
  },
  { name: "entries_loaded", kind: "count", of: ({ file }) => file?.entriesLoaded },
  {
    name: "reopen",
    kind: "duration",
    of: ({ file }) => file?.filesLoaded === 0 ? undefined : file?.openMs,
    column: { section: FILES, label: "reopen", place: 2 },
    phrase: { line: "found", text: (ms) => `opened in ${readableDuration(ms)}` },
  },
  { name: "files_set_aside", kind: "count", of: ({ file }) => file?.filesSetAside.length },
  {
    name: "snapshots_written",
    kind: "count",
    of: ({ file }) => file?.snapshotsWritten,
    column: { section: FILES, label: "snapshots written", place: 4 },
    phrase: { line: "files", place: 1, text: countText("snapshot") },
  },
  {
    name: "snapshots_superseded",
    kind: "count",
    of: ({ file }) => file?.snapshotsSuperseded,
    phrase: { line: "files", text: (count) => count === 0 ? undefined : `${readableNumber(count)} superseded` },
  },
  {
    name: "blocks_written",
    kind: "count",
    of: ({ file }) => file?.blocksWritten || undefined,
    column: { section: FILES, label: "blocks written", place: 4 },
    phrase: { line: "files", place: 2, text: countText("block") },
  },
  {
    name: "records_written",
    kind: "count",
    of: ({ file }) => file?.recordsWritten || undefined,
    column: { section: FILES, label: "records written", place: 5 },
    phrase: { line: "files", place: 3, text: countText("record") },
  },
  {
    name: "checkpoints",
    kind: "count",
    of: ({ file }) => file?.recordsWritten ? file.checkpoints : undefined,
    column: { section: FILES, label: "checkpoints" },
    phrase: { line: "files", place: 4, text: countText("checkpoint") },
  },
  {
    name: "bytes_written",
    kind: "bytes",
    of: ({ file }) => file?.bytesWritten,
    column: { section: FILES, label: "bytes written", place: 6 },
    phrase: {
      line: "files",
      place: 0,
      text: (bytes, other) => {
        const times = other("write_amplification");
        return `${readableBytes(bytes)} written${times === 0 ? "" : ` (${readableNumber(times)} times what was put)`}`;
      },
    },
  },
  {
    name: "write_amplification",
    kind: "mean",
    of: ({ file, putBytes }) => putBytes === 0 ? undefined : file && file.bytesWritten / putBytes,
    column: { section: FILES, label: "written per byte put", place: 7 },
  },
  {
    name: "syncs",
    kind: "count",
    of: ({ file }) => file?.syncs || undefined,
    column: { section: FILES, label: "syncs" },
    phrase: { line: "syncs", text: countText("sync") },
  },
  {
    name: "puts_per_sync",
    kind: "mean",
    of: ({ file, writes }) => file?.syncs ? writes / file.syncs : undefined,
    column: { section: FILES, label: "puts per sync" },
    phrase: { line: "syncs", text: (puts) => `${readableNumber(puts)} puts per sync` },
  },
  // The text calls them flushes, after --flush-period-us, so as not to be confused with `kvlab sweep`.
  {
    name: "sweeps",
    kind: "count",
    of: ({ file }) => file?.flushes?.flushes,
    phrase: { line: "flushes", place: 0, text: (count) => `${readableNumber(count)} flush${count === 1 ? "" : "es"}` },
  },
  {
    name: "sweep_overruns",
    kind: "count",
    of: ({ file }) => file?.flushes?.flushOverruns,
    phrase: {
      line: "flushes",
      text: (count) => count === 0 ? undefined : `${readableNumber(count)} took longer than the period`,
    },
  },
  {
    name: "sweep_max",
    kind: "duration",
    of: ({ file }) => file?.flushes?.flushMsMax,
    column: { section: FILES, label: "longest flush" },
    phrase: { line: "flushes", place: 1, text: (ms) => `the longest took ${readableDuration(ms)}` },
  },
  ...exposureFigures("process_crash", ({ file }) => file?.processCrash),
  { name: "process_crash_writes_bound", kind: "count", of: ({ file }) => file?.processCrashBound.writes },
  { name: "process_crash_age_bound", kind: "duration", of: ({ file }) => file?.processCrashBound.ageMs },
  ...exposureFigures("power_loss", ({ file }) => file?.powerLoss),
  { name: "time_to_persist_mean", kind: "duration", of: ({ file }) => file?.timeToPersistMs.mean },
  {
    name: "time_to_persist_p50",
    kind: "duration",
    of: ({ file }) => file?.timeToPersistMs.p50,
    column: { section: FILES, label: "put in file, p50", place: 0 },
    phrase: { line: "persisted", place: 0, text: persistedText("p50", "after ") },
  },
  {
    name: "time_to_persist_p99",
    kind: "duration",
    of: ({ file }) => file?.timeToPersistMs.p99,
    column: { section: FILES, label: "put in file, p99", place: 1 },
    phrase: { line: "persisted", place: 1, text: persistedText("p99") },
  },
  {
    name: "time_to_persist_max",
    kind: "duration",
    of: ({ file }) => file?.timeToPersistMs.max,
    phrase: { line: "persisted", place: 2, text: persistedText("max") },
  },
  deviceFigure("writes", ({ writesPerSec }) => writesPerSec),
  deviceFigure("renames", ({ renamesPerSec }) => renamesPerSec),
  deviceFigure("fsyncs", ({ fsyncsPerSec }) => fsyncsPerSec, "syncs"),
];

/** The sections of these figures in the tables of several runs, in order. */
export const FILE_SECTIONS: readonly string[] = [LOST.process_crash, LOST.power_loss, FILES];

function entriesText(entries: number): string {
  return `${readableNumber(entries)} ${entries === 1 ? "entry" : "entries"}`;
}

/** Says how many, unless there are none. */
function countText(noun: string): (count: number) => string | undefined {
  return (count) => count === 0 ? undefined : readableCount(count, noun);
}

/** Says how long puts waited until they were in their files, unless nothing was written. */
function persistedText(stat: string, prefix = "") {
  return (ms: number, other: (name: string) => number): string | undefined =>
    other("time_to_persist_max") === 0 ? undefined : `${prefix}${readableDuration(ms)} (${stat})`;
}

/** What the device can do, for comparison with the rest. */
function deviceFigure(
  name: string,
  of: (device: NonNullable<FileResult["device"]>) => number,
  noun = name,
): FigureRow {
  return {
    name: `device_${name}_per_sec`,
    kind: "rate",
    of: ({ file }) => file?.device && of(file.device),
    phrase: { line: "device", text: (rate) => `${readableNumber(rate)} ${noun}/s` },
  };
}

function exposureFigures(
  crash: keyof typeof LOST,
  exposureOf: (run: FigureSource) => ExposureSummary | undefined,
): FigureRow[] {
  const row = (
    name: string,
    kind: "mean" | "count" | "duration",
    of: (exposure: ExposureSummary) => number,
    label?: string,
  ): FigureRow => ({
    name: `${crash}_${name}`,
    kind,
    of: (run) => {
      const exposure = exposureOf(run);
      return exposure && of(exposure);
    },
    ...(label === undefined ? {} : { column: { section: LOST[crash], label } }),
  });
  return [
    row("writes_mean", "mean", ({ writes }) => writes.mean),
    row("writes_p50", "count", ({ writes }) => Math.round(writes.p50)),
    row("writes_p99", "count", ({ writes }) => Math.round(writes.p99), "writes, p99"),
    row("writes_max", "count", ({ writes }) => writes.max, "writes, max"),
    row("worst_shard", "count", ({ worstShard }) => worstShard),
    row("worst_shard_writes", "count", ({ worstShardWrites }) => worstShardWrites),
    row("age_mean", "duration", ({ ageMs }) => ageMs.mean),
    row("age_p50", "duration", ({ ageMs }) => ageMs.p50),
    row("age_p99", "duration", ({ ageMs }) => ageMs.p99, "age, p99"),
    row("age_max", "duration", ({ ageMs }) => ageMs.max, "age, max"),
  ];
}
