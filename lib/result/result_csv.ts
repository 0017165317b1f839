/**
 * The CSV result: a table with a row for each run, for spreadsheets and plotting programs.
 *
 * Its columns are `run`, which counts from 1, then the figures, then the options, and then how the run ended, as
 * `stopped_by`, `ended_early` and `failed`, all under the names that they have in the JSON result; those of options are
 * prefixed with `option_`. A cell is empty if its run lacks what another has.
 *
 * @module
 */
import type { RunResult } from "../run/run_result.ts";
import { type Cell, csvRow } from "./csv_row.ts";
import { figures } from "./figures.ts";
import type { JsonObject, JsonValue } from "./json_value.ts";
import { optionsObject } from "./option/options.ts";
import { figuresObject } from "./run_document.ts";

const OPTION_PREFIX = "option_";
/** The columns that say how a run ended. */
const ENDINGS = ["stopped_by", "ended_early", "failed"];

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
