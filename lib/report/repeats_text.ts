/**
 * Reports what several runs with the same options measured, as text or JSON. Pure functions that depend on the results
 * and the machine alone.
 *
 * The JSON document is one object:
 *
 * - `schema`, `kvlab`, `seed`, `options`, `arguments`, `machine`: as in the document of a single run;
 * - `repeats`: the number of runs, `repeats_asked`: how many were asked for;
 * - `summary`: for each figure `median`, `min`, `max` and the ends of the 95% interval of the median, `ci95_low` and
 *   `ci95_high`, which are absent if there are fewer than 6 values; a run that failed counts only if all did;
 * - `runs`: for each run, everything else that the document of a single run has.
 *
 * @module
 */
import { INTERVAL_SAMPLES_MIN, type SampleSummary, summarize } from "../result/statistics.ts";
import type { RunResult } from "../run/run_result.ts";
import { RESULT_SCHEMA, VERSION } from "../version.ts";
import { figureEntry, type FigureKind, jsonName, readableValue } from "../result/figure.ts";
import { figures, sectionRows, shownFigures } from "../result/figures.ts";
import { machineObject } from "../result/result_json.ts";
import type { JsonObject } from "../result/json.ts";
import { argumentsOf, optionsObject } from "../result/option/options.ts";
import type { Machine } from "../result/machine.ts";
import { runObject } from "../result/run_document.ts";
import { readableCount } from "../result/format.ts";
import { remarkGroups } from "./result_text.ts";
import { blockLines, type Column, PLAIN, tableLines, type TextStyle } from "./text_layout.ts";

/** One figure over all runs that have it. */
interface FigureSummary extends SampleSummary {
  readonly name: string;
  readonly kind: FigureKind;
}

/**
 * The repeats in lines, each followed by a newline: whether one failed, their number, a table with the median, minimum,
 * maximum and 95% interval of the median of each deciding figure, and how the last run ended.
 *
 * @param results at least one, all with the same options
 * @param asked how many runs were asked for
 */
export function repeatsText(
  results: readonly RunResult[],
  { asked = results.length, style = PLAIN }: { asked?: number; style?: TextStyle } = {},
): string {
  const summaries = new Map(summarizeFigures(results).map((summary) => [jsonName(summary), summary]));
  const hasIntervals = Array.from(summaries.values()).some(({ interval }) => interval !== undefined);
  const columns = hasIntervals ? [...COLUMNS, INTERVAL_COLUMN] : COLUMNS;
  const figures = shownFigures(new Map(Array.from(summaries, ([name, { min, max }]) => [name, [min, max]])));
  const rows = sectionRows(figures, (name) => summaryCells(summaries.get(name), style).slice(0, columns.length - 1));
  const lines = [
    ...blockLines([
      { label: "failed", lines: failureLines(results).map((line) => [style.bold(line)]) },
      { label: "repeats", lines: [repeatPhrases({ done: results.length, asked, hasIntervals })] },
    ]),
    "",
    ...tableLines(columns, rows),
    ...remarkLines(results.at(-1), style),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Which run failed, and what that means for the table. */
function failureLines(results: readonly RunResult[]): string[] {
  const failures = results.flatMap(({ failed }, index) => failed === undefined ? [] : [`run ${index + 1}: ${failed}`]);
  if (failures.length === 0) return [];
  const isLeftOut = failures.length < results.length;
  return [...failures, isLeftOut ? "its figures are not in the table" : "the figures are of the time until then"];
}

function repeatPhrases(
  { done, asked, hasIntervals }: { done: number; asked: number; hasIntervals: boolean },
): string[] {
  return [
    readableCount(done, "run") + (done < asked ? ` of ${asked}` : ""),
    ...(hasIntervals ? [] : [`too few for 95% intervals of the median, which take ${INTERVAL_SAMPLES_MIN}`]),
  ];
}

/**
 * What the last run says besides its figures and a failure, after an empty line; nothing if there is nothing to say.
 */
function remarkLines(last: RunResult | undefined, style: TextStyle): string[] {
  if (last === undefined) return [];
  const { failed: _, ...others } = last;
  const lines = blockLines(remarkGroups(others, style));
  return lines.length === 0 ? [] : ["", ...lines];
}

/**
 * The repeats as one JSON object, indented by two spaces and followed by a newline. The module comment documents its
 * fields.
 *
 * @param results at least one, all with the same options
 * @param asked how many runs were asked for
 * @throws {RangeError} when there are none
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
    arguments: argumentsOf(options),
    machine: machineObject(machine),
    runs: results.map(runObject),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

/**
 * Of the runs that did not fail, or of all if each failed. In the order in which the first run has them; figures that
 * only later runs have come last.
 */
function summarizeFigures(results: readonly RunResult[]): FigureSummary[] {
  const whole = results.filter(({ failed }) => failed === undefined);
  const byName = Map.groupBy((whole.length === 0 ? results : whole).flatMap(figures), ({ name }) => name);
  return Array.from(byName.values()).flatMap((list) => {
    const [first] = list;
    if (first === undefined) return [];
    return [{ name: first.name, kind: first.kind, ...summarize(list.map(({ value }) => value)) }];
  });
}

const COLUMNS: readonly Column[] = [
  { heading: "", align: "left" },
  { heading: "median", align: "right" },
  { heading: "min", align: "right" },
  { heading: "max", align: "right" },
];
const INTERVAL_COLUMN: Column = { heading: "95% of the median", align: "left" };

function summaryCells(summary: FigureSummary | undefined, style: TextStyle): string[] {
  if (summary === undefined) return [];
  const { median, min, max, interval } = summary;
  const text = (value: number) => readableValue(summary.kind, figureEntry({ ...summary, value })[1]);
  const range = interval === undefined ? "-" : `${text(interval.low)} … ${text(interval.high)}`;
  return [style.bold(text(median)), text(min), text(max), range];
}

function summaryEntry({ name, kind, median, min, max, interval }: FigureSummary): [name: string, summary: JsonObject] {
  const shown = (value: number) => figureEntry({ name, kind, value })[1];
  return [jsonName({ name, kind }), {
    median: shown(median),
    min: shown(min),
    max: shown(max),
    ...(interval === undefined ? {} : { ci95_low: shown(interval.low), ci95_high: shown(interval.high) }),
  }];
}
