/**
 * The repeats' report: what several runs of the same options measured, as text or JSON. Pure functions; they know only
 * the results and the machine.
 *
 * The JSON document is one object:
 *
 * - `schema`, `kvlab`, `seed`, `options`, `machine`: as in the document of a single run;
 * - `repeats`: the number of runs, `repeats_asked`: how many there were to be;
 * - `summary`: of each figure `median`, `min`, `max` and the ends of the 95% interval of the median, `ci95_low` and
 *   `ci95_high`, which are absent where there are fewer than 6 values;
 * - `runs`: of each run everything else that the document of a single run has.
 *
 * @module
 */
import { type SampleSummary, summarize } from "../compare/statistics.ts";
import type { RunResult } from "../run/run_result.ts";
import { RESULT_SCHEMA, VERSION } from "../version.ts";
import type { FigureKind } from "./figure.ts";
import { figures } from "./figures.ts";
import { machineObject } from "./result_json.ts";
import type { JsonObject } from "./json_value.ts";
import { optionsObject } from "./options_json.ts";
import type { Machine } from "./machine.ts";
import { figureEntry, runObject } from "./run_json.ts";
import { remarks } from "./result_text.ts";
import { type Column, tableLines } from "./table.ts";
import { readableDuration, readableNumber, readableShare, secondsOf } from "./format.ts";

/** One figure of all runs that have it. */
interface FigureSummary extends SampleSummary {
  readonly name: string;
  readonly kind: FigureKind;
}

/**
 * The repeats as lines, each ended by a line feed: their number, what the last run says that is no figure, and after an
 * empty line a table with the median, the least, the greatest and the 95% interval of the median of each figure, in the
 * order of the text result.
 *
 * @param results at least one, all of the same options
 * @param asked how many there were to be
 */
export function repeatsText(results: readonly RunResult[], asked = results.length): string {
  const last = results.at(-1);
  const summaries = summarizeFigures(results);
  const hasIntervals = summaries.some(({ interval }) => interval !== undefined);
  const columns = hasIntervals ? [...COLUMNS, INTERVAL_COLUMN] : COLUMNS;
  const lines = [
    `repeats: ${results.length}${results.length < asked ? ` of ${asked}` : ""}`,
    ...(hasIntervals ? [] : ["intervals: too few runs for 95%"]),
    ...(last === undefined ? [] : remarks(last)),
    "",
    ...tableLines(columns, summaries.map((summary) => summaryRow(summary).slice(0, columns.length))),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * The repeats as one JSON object, indented by two spaces and ended by a line feed. Its fields: see the module.
 *
 * @param results at least one, all of the same options
 * @param asked how many there were to be
 * @throws {RangeError} when there is none
 */
export function repeatsJson(results: readonly RunResult[], machine: Machine, asked = results.length): string {
  const options = results[0]?.options;
  if (options === undefined) throw new RangeError("Cannot report repeats: there are none");
  const document = {
    schema: RESULT_SCHEMA,
    kvlab: VERSION,
    repeats: results.length,
    repeats_asked: asked,
    summary: Object.fromEntries(summarizeFigures(results).map(summaryEntry)),
    seed: options.seed,
    options: optionsObject(options),
    machine: machineObject(machine),
    runs: results.map(runObject),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

/** In the order in which the first run has them; what only later runs have comes last. */
function summarizeFigures(results: readonly RunResult[]): FigureSummary[] {
  const byName = Map.groupBy(results.flatMap(figures), ({ name }) => name);
  return Array.from(byName.values()).flatMap((list) => {
    const [first] = list;
    if (first === undefined) return [];
    return [{ name: first.name, kind: first.kind, ...summarize(list.map(({ value }) => value)) }];
  });
}

const COLUMNS: readonly Column[] = [
  { heading: "figure", align: "left" },
  { heading: "median", align: "right" },
  { heading: "min", align: "right" },
  { heading: "max", align: "right" },
];
const INTERVAL_COLUMN: Column = { heading: "95% of the median", align: "left" };

function summaryRow({ name, kind, median, min, max, interval }: FigureSummary): string[] {
  const text = (value: number) => readableFigure({ kind, value });
  const range = interval === undefined ? "-" : `${text(interval.low)} … ${text(interval.high)}`;
  return [name, text(median), text(min), text(max), range];
}

function readableFigure({ kind, value }: Pick<FigureSummary, "kind"> & { value: number }): string {
  switch (kind) {
    case "duration":
      return readableDuration(secondsOf(value));
    case "share":
      return readableShare(value);
    case "count":
    case "rate":
    case "mean":
      return readableNumber(value);
  }
}

function summaryEntry({ name, kind, median, min, max, interval }: FigureSummary): [name: string, summary: JsonObject] {
  const shown = (value: number) => figureEntry({ name, kind, value })[1];
  const [nameShown, medianShown] = figureEntry({ name, kind, value: median });
  return [nameShown, {
    median: medianShown,
    min: shown(min),
    max: shown(max),
    ...(interval === undefined ? {} : { ci95_low: shown(interval.low), ci95_high: shown(interval.high) }),
  }];
}
