/**
 * Room of the repeats' report: what several runs of the same options measured, as text or JSON. Pure functions; they
 * know only the results and the machine.
 *
 * The JSON document is one object:
 *
 * - `schema`, `kvlab`, `seed`, `options`, `machine`: as in the document of a single run;
 * - `repeats`: the number of runs;
 * - `summary`: of each figure `median`, `min`, `max` and the ends of the 95% interval of the median, `ci95_low` and
 *   `ci95_high`, which are null for a figure that only one of the runs has;
 * - `runs`: of each run everything else that the document of a single run has.
 *
 * @module
 */
import { type SampleSummary, summarize } from "../compare/statistics.ts";
import type { RunResult } from "../run/result.ts";
import { RESULT_SCHEMA, VERSION } from "../version.ts";
import { type FigureKind, figures } from "./figures.ts";
import { type JsonObject, machineObject, optionsObject } from "./json.ts";
import type { Machine } from "./machine.ts";
import { figureEntry, runObject } from "./run_json.ts";
import { figureText, remarks } from "./summary.ts";

/** One figure of all runs that have it. */
interface FigureSummary extends SampleSummary {
  readonly name: string;
  readonly kind: FigureKind;
}

/**
 * The repeats as lines, each ended by a line feed: their number, then of each figure, in the order and units of the text
 * result, `name: median (min … max, 95% of the median low … high)`, then what the last run says that is no figure.
 *
 * @param results at least one, all of the same options
 */
export function repeatsText(results: readonly RunResult[]): string {
  const last = results.at(-1);
  const lines = [
    `repeats: ${results.length}`,
    ...summarizeFigures(results).map(summaryLine),
    ...(last === undefined ? [] : remarks(last)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * The repeats as one JSON object, indented by two spaces and ended by a line feed. Its fields: see the module.
 *
 * @param results at least one, all of the same options
 * @throws {RangeError} when there is none
 */
export function repeatsJson(results: readonly RunResult[], machine: Machine): string {
  const options = results[0]?.options;
  if (options === undefined) throw new RangeError("Cannot report repeats: there are none");
  const document = {
    schema: RESULT_SCHEMA,
    kvlab: VERSION,
    repeats: results.length,
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

function summaryLine({ name, kind, median, min, max, interval }: FigureSummary): string {
  const text = (value: number) => figureText({ kind, value: kind === "count" ? roundToHundredths(value) : value });
  const spread = [
    `${text(min)} … ${text(max)}`,
    ...(interval === undefined ? [] : [`95% of the median ${text(interval.low)} … ${text(interval.high)}`]),
  ];
  return `${name}: ${text(median)} (${spread.join(", ")})`;
}

/** A median of counts need not be whole. */
function roundToHundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function summaryEntry({ name, kind, median, min, max, interval }: FigureSummary): [name: string, summary: JsonObject] {
  const shown = (value: number) => figureEntry({ name, kind, value })[1];
  const [nameShown, medianShown] = figureEntry({ name, kind, value: median });
  return [nameShown, {
    median: medianShown,
    min: shown(min),
    max: shown(max),
    ci95_low: interval === undefined ? null : shown(interval.low),
    ci95_high: interval === undefined ? null : shown(interval.high),
  }];
}
