/**
 * The file backend's part of the text result: what a crash would have cost, the files, and the device.
 *
 * @module
 */
import type { FileBackendOptions } from "../backend/backend.ts";
import type { ExposureBound } from "../persist/exposure_bound.ts";
import type { ExposureSummary } from "../run/exposure_sampler.ts";
import type { FileResult } from "../run/run_result.ts";
import { readableBytes, readableCount, readableDuration, readableNumber } from "./format.ts";
import type { Group } from "./text_groups.ts";
import type { TextStyle } from "./text_style.ts";

/** What was at risk during the load, and which promises about it were broken. */
export function riskGroups(file: FileResult, style: TextStyle): Group[] {
  const { processCrash, processCrashBound, powerLoss } = file;
  return [
    {
      label: "at risk",
      lines: [
        exposurePhrases("process crash", processCrash, { bound: processCrashBound, style }),
        powerLoss === undefined
          ? [`power loss: ${style.bold(NOTHING_SYNCED)}`]
          : exposurePhrases("power loss", powerLoss, { style }),
      ],
    },
    brokenGroup(file, style),
  ];
}

/** The promises that were broken. */
export function brokenGroup({ brokenBounds }: FileResult, style: TextStyle): Group {
  return { label: "broken", lines: brokenBounds.map((broken) => [style.bold(broken)]) };
}

/** What was read, written and synced, and what the device could do. */
export function fileGroups(
  file: FileResult,
  { backend, puts }: { backend: FileBackendOptions; puts: { readonly count: number; readonly bytes: number } },
): Group[] {
  return [
    { label: "found", lines: [foundPhrases(file)] },
    {
      label: "files",
      lines: [
        filePhrases(file, { backend, putBytes: puts.bytes }),
        syncPhrases(file, puts.count),
        sweepPhrases(file),
      ],
    },
    { label: "persisted", lines: [persistedPhrases(file)] },
    { label: "device", lines: [devicePhrases(file)] },
  ];
}

/** What a power loss would lose if nothing is ever synced. */
const NOTHING_SYNCED = "everything, for --sync=none";

function exposurePhrases(
  crash: string,
  { writes, ageMs }: ExposureSummary,
  { bound = {}, style }: { bound?: ExposureBound; style: TextStyle },
): string[] {
  const most = writes.max === 0
    ? "nothing"
    : `at most ${readableCount(writes.max, "write")}, ${readableDuration(ageMs.max)} old`;
  const usually = `99% of the time at most ${readableNumber(Math.round(writes.p99))}, ${
    readableDuration(ageMs.p99)
  } old`;
  return [`${crash}: ${style.bold(most)}${boundText(bound)}`, ...(writes.max === 0 ? [] : [usually])];
}

function boundText({ writes, ageMs }: ExposureBound): string {
  const bounds = [
    ...(writes === undefined ? [] : [readableCount(writes, "write")]),
    ...(ageMs === undefined || ageMs === 0 ? [] : [readableDuration(ageMs)]),
  ];
  return bounds.length === 0 ? "" : ` (bound ${bounds.join(", ")})`;
}

/** What was in the directory, and how long opening it took: the price of a log after a crash. */
function foundPhrases({ openMs, filesLoaded, entriesLoaded, filesSetAside, filesTorn }: FileResult): string[] {
  return [
    ...(filesLoaded === 0 ? [] : [
      `${readableCount(filesLoaded, "file")} with ${entriesText(entriesLoaded)}`,
      `opened in ${readableDuration(openMs)}`,
    ]),
    ...(filesTorn.length === 0 ? [] : [`${readableCount(filesTorn.length, "torn end")} cut off`]),
    ...(filesSetAside.length === 0 ? [] : [`${readableCount(filesSetAside.length, "damaged file")} set aside`]),
  ];
}

function entriesText(entries: number): string {
  return `${readableNumber(entries)} ${entries === 1 ? "entry" : "entries"}`;
}

function filePhrases(
  file: FileResult,
  { backend: { serializer }, putBytes }: { backend: FileBackendOptions; putBytes: number },
): string[] {
  const { files, snapshotsWritten, snapshotsSuperseded, blocksWritten, recordsWritten, checkpoints } = file;
  const counts = [
    [snapshotsWritten, "snapshot"],
    [blocksWritten, "block"],
    [recordsWritten, "record"],
    [checkpoints, "checkpoint"],
  ] as const;
  return [
    `${readableNumber(files)} of ${serializer}`,
    `${readableBytes(file.bytesWritten)} written` +
    (putBytes === 0 ? "" : ` (${readableNumber(file.bytesWritten / putBytes)} times what was put)`),
    ...counts.flatMap(([count, noun]) => count === 0 ? [] : [readableCount(count, noun)]),
    ...(snapshotsSuperseded === 0 ? [] : [`${readableNumber(snapshotsSuperseded)} superseded`]),
  ];
}

function syncPhrases({ syncs }: FileResult, puts: number): string[] {
  return syncs === 0 ? [] : [readableCount(syncs, "sync"), `${readableNumber(puts / syncs)} puts per sync`];
}

function sweepPhrases({ sweeps }: FileResult): string[] {
  if (sweeps === undefined) return [];
  const { sweeps: count, sweepOverruns, sweepMsMax } = sweeps;
  return [
    // Called flushes, after --flush-period-us, so as not to be confused with `kvlab sweep`.
    count === 1 ? "1 flush" : `${readableNumber(count)} flushes`,
    `the longest took ${readableDuration(sweepMsMax)}`,
    ...(sweepOverruns === 0 ? [] : [`${readableNumber(sweepOverruns)} took longer than the period`]),
  ];
}

/** How long puts waited until they were in their files, during the load and after it. */
function persistedPhrases({ timeToPersistMs: { p50, p99, max }, drainMs }: FileResult): string[] {
  return [
    ...(max === 0 ? [] : [
      `after ${readableDuration(p50)} (p50)`,
      `${readableDuration(p99)} (p99)`,
      `${readableDuration(max)} (max)`,
    ]),
    `drained in ${readableDuration(drainMs)}`,
  ];
}

function devicePhrases({ device, fileSystem }: FileResult): string[] {
  if (device === undefined) return fileSystem === undefined ? [] : [fileSystem];
  return [
    `${fileSystem ?? "file system unknown"}: ${readableNumber(device.writesPerSec)} writes/s`,
    `${readableNumber(device.renamesPerSec)} renames/s`,
    `${readableNumber(device.fsyncsPerSec)} syncs/s`,
  ];
}
