/**
 * Results as CSV, for spreadsheets and plotting programs: a table with a row for each run, and the series, a table with
 * a row for each interval of the load.
 *
 * The columns of the runs are `run`, which counts from 1, then the figures, then the options, and then how the run
 * ended, as
 * `stopped_by`, `ended_early` and `failed`, all under the names that they have in the JSON result; those of options are
 * prefixed with `option_`. A cell is empty if its run lacks what another has.
 *
 * @module
 */
import type { RunResult, SeriesRow } from "../run/run_result.ts";
import { figures } from "./figures.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { optionsObject } from "./option/options.ts";
import { ENDINGS, figuresObject } from "./run_document.ts";
import { secondsOf } from "../option/units.ts";
import { LATENCY_STATISTICS } from "./latency_document.ts";

const OPTION_PREFIX = "option_";

/** The results as CSV: a header, then a row for each. */
export function resultsCsv(results: readonly RunResult[]): string {
  const runs = results.map((result) => ({
    figures: flattened(figuresObject(figures(result))),
    options: flattened({ seed: result.options.seed, ...optionsObject(result.options) }, OPTION_PREFIX),
    endings: [result.stoppedBy, result.usedUp, result.failed],
  }));
  const figureNames = allNames(runs.map(({ figures }) => figures));
  const optionNames = allNames(runs.map(({ options }) => options));
  const rows = runs.map(({ figures, options, endings }, index) => [
    index + 1,
    ...figureNames.map((name) => figures.get(name)),
    ...optionNames.map((name) => options.get(name)),
    ...endings,
  ]);
  return [["run", ...figureNames, ...optionNames, ...ENDINGS], ...rows].map(csvRow).join("");
}

/** The scalars of an object by their names; the name of a nested one is its path joined by `_`. */
export function flattened(object: JsonObject | readonly JsonValue[], prefix = ""): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [name, value] of Object.entries<JsonValue>(object)) {
    if (isScalar(value)) cells.set(prefix + name, value);
    else for (const [inner, cell] of flattened(value, `${prefix}${name}_`)) cells.set(inner, cell);
  }
  return cells;
}

function isScalar(value: JsonValue): value is string | number | boolean | null {
  return typeof value !== "object" || value === null;
}

/** The names of all columns, in the order in which they first appear. */
function allNames(rows: readonly ReadonlyMap<string, Cell>[]): string[] {
  return [...new Set(rows.flatMap((row) => [...row.keys()]))];
}

/** What a cell may hold. */
type Cell = string | number | boolean | null | undefined;

/** Characters that require a cell to be quoted. */
const SPECIAL = /[",\r\n]/;

/**
 * The cells as one row, followed by a bare line feed, as line-based tools expect. A cell is empty if its value is
 * absent, null, or not a finite number.
 */
export function csvRow(cells: readonly Cell[]): string {
  return cells.map(cellText).join(",") + "\n";
}

function cellText(value: Cell): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" && !Number.isFinite(value)) return "";
  const text = String(value);
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A column, with the value that it shows of an interval; empty if absent. */
type Column = readonly [name: string, value: (row: SeriesRow) => Cell];

const COLUMNS: readonly Column[] = [
  ["end_sec", ({ endMs }) => seconds(endMs)],
  ["duration_sec", ({ durationMs }) => seconds(durationMs)],
  ["ops", ({ ops }) => ops],
  ["ops_per_sec", ({ opsPerSec }) => opsPerSec],
  ["reads", ({ reads }) => reads],
  ["writes", ({ writes }) => writes],
  ["latency_count", ({ latency }) => latency?.count],
  ...LATENCY_STATISTICS.map(({ name, of }): Column => [
    `latency_${name}_sec`,
    ({ latency }) => seconds(latency && of(latency)),
  ]),
  ["process_crash_writes", ({ file }) => file?.processCrashWrites],
  ["process_crash_age_sec", ({ file }) => seconds(file?.processCrashAgeMs)],
  ["power_loss_writes", ({ file }) => file?.powerLossWrites],
  ["power_loss_age_sec", ({ file }) => seconds(file?.powerLossAgeMs)],
  ["queued", ({ file }) => file?.queued],
  ["snapshots_written", ({ file }) => file?.snapshotsWritten],
  ["bytes_written", ({ file }) => file?.bytesWritten],
];

/**
 * The series as CSV: a header, then a row for each interval. The columns are the same for all backends; a cell is empty
 * if its value is absent. Times are in seconds; `end_sec` counts from the load's start.
 */
export function seriesCsv(rows: readonly SeriesRow[]): string {
  return csvRow(COLUMNS.map(([name]) => name)) +
    rows.map((row) => csvRow(COLUMNS.map(([, value]) => value(row)))).join("");
}

function seconds(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : secondsOf(durationMs);
}
