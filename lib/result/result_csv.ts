/**
 * Results as CSV, for spreadsheets and plotting programs: a table with a row for each run, and the series, a table with
 * a row for each interval of the load.
 *
 * The columns of the runs are `run`, which counts from 1, then the figures, then the options, and then how the run
 * ended, as `stopped_by`, `ended_early` and `failed`, all under the names that they have in the JSON result; those of
 * options are prefixed with `option_`. A cell is empty if its run lacks what another has.
 *
 * @module
 */
import type { RunResult, SeriesRow } from "../run/run_result.ts";
import { figures } from "./figures.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { optionsObject } from "./option/options.ts";
import { ENDINGS, figuresObject, SERIES, seriesObject } from "./run_document.ts";
import { LATENCY_FIELDS } from "./latency_document.ts";

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

/** The columns of the series: those of the latency under their names in JSON, behind its own. */
const SERIES_COLUMNS = Object.keys(SERIES).flatMap((name) =>
  name === "latency" ? LATENCY_FIELDS.map((field) => `${name}_${field}`) : [name]
);

/**
 * The series as CSV: a header, then a row for each interval. The columns are the same for all backends; a cell is empty
 * if its value is absent. Times are in seconds; `end_sec` counts from the load's start.
 */
export function seriesCsv(rows: readonly SeriesRow[]): string {
  const cells = rows.map((row) => flattened(seriesObject(row)));
  return [SERIES_COLUMNS, ...cells.map((own) => SERIES_COLUMNS.map((name) => own.get(name)))].map(csvRow).join("");
}
