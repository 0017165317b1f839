/**
 * Reports what several runs with the same options measured, as text. Pure functions that depend on the results alone.
 *
 * @module
 */
import { INTERVAL_SAMPLES_MIN } from "../result/statistics.ts";
import type { RunResult } from "../run/run_result.ts";
import { figureEntry, jsonName, readableValue } from "../result/figure.ts";
import { type FigureSummary, sectionRows, shownFigures, summarizeFigures } from "../result/figures.ts";
import { readableCount } from "../result/format.ts";
import { historiesBlocks } from "./contradiction_text.ts";
import { remarkGroups } from "./result_text.ts";
import { blockLines, type Column, PLAIN, tableLines, type TextStyle } from "./text_layout.ts";

/**
 * The repeats in lines, each followed by a newline: whether one failed, their number, whether the histories can be, a
 * table with the median, minimum, maximum and 95% interval of the median of each deciding figure, and how the last run
 * ended.
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
      ...historiesBlocks(results.flatMap(({ history }) => history ?? []), style),
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
