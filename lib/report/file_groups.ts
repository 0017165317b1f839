/**
 * The file backend's part of the text result: what a crash would have cost, the files, and the device.
 *
 * @module
 */
import type { FileBackendOptions } from "../backend/backend.ts";
import type { ExposureBound } from "../persist/policy/policy_module.ts";
import type { ExposureSummary } from "../run/exposure_sampler.ts";
import type { FileResult } from "../run/run_result.ts";
import type { FigurePhrases } from "../result/figures.ts";
import { readableCount, readableDuration, readableNumber } from "../result/format.ts";
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
export function fileGroups(file: FileResult, backend: FileBackendOptions, phrases: FigurePhrases): Group[] {
  return [
    { label: "found", lines: [[...phrases("found"), ...damagePhrases(file)]] },
    {
      label: "files",
      lines: [
        [`${readableNumber(file.files)} of ${backend.serializer}`, ...phrases("files")],
        phrases("syncs"),
        phrases("flushes"),
      ],
    },
    { label: "persisted", lines: [phrases("persisted")] },
    { label: "device", lines: [devicePhrases(file, phrases("device"))] },
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

function damagePhrases({ filesSetAside, filesTorn }: FileResult): string[] {
  return [
    ...(filesTorn.length === 0 ? [] : [`${readableCount(filesTorn.length, "torn file")} mended`]),
    ...(filesSetAside.length === 0 ? [] : [`${readableCount(filesSetAside.length, "damaged file")} set aside`]),
  ];
}

function devicePhrases({ fileSystem }: FileResult, [first, ...others]: string[]): string[] {
  if (first === undefined) return fileSystem === undefined ? [] : [fileSystem];
  return [`${fileSystem ?? "file system unknown"}: ${first}`, ...others];
}
