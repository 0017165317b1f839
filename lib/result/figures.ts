/**
 * The table of figures: a row for each measured value of a run, in the order of JSON and CSV. All reports take their
 * figures from here, so a row added to one of its parts appears in all of them. The deciding figures stand side by side
 * in the text of several runs or files: grouped in sections, with readable names and values; JSON and CSV have all.
 *
 * @module
 */
import type { RunResult } from "../run/run_result.ts";
import {
  type Figure,
  type FigureColumn,
  type FigureKind,
  type FigureLine,
  type FigureRow,
  figuresIn,
  figureSource,
  inPlaces,
  jsonName,
  readableValue,
} from "./figure.ts";
import {
  blockedFigures,
  HISTORY_FIGURES,
  LATENCY_FIGURES,
  LOAD_SECTIONS,
  OPERATION_FIGURES,
  PRELOAD_FIGURES,
  waitOf,
} from "./load_figures.ts";
import { type SampleSummary, summarize } from "./statistics.ts";
import { COST_FIGURES } from "./cost_figures.ts";
import { FILE_FIGURES, FILE_SECTIONS } from "./file_figures.ts";
import { REPLAY_FIGURES, TRACE_SECTION } from "./replay_figures.ts";

/** All rows, but for those of the waits, which each backend names itself. */
const ROWS: readonly FigureRow[] = [
  ...OPERATION_FIGURES,
  ...PRELOAD_FIGURES,
  ...REPLAY_FIGURES,
  ...HISTORY_FIGURES,
  ...COST_FIGURES,
  ...FILE_FIGURES,
  ...LATENCY_FIGURES,
];
const BY_JSON_NAME: ReadonlyMap<string, FigureRow> = new Map(ROWS.map((row) => [jsonName(row), row]));

/** All figures of a run: those of the load, then the latencies. */
export function figures(result: RunResult): Figure[] {
  return [...loadFigures(result), ...figuresIn(LATENCY_FIGURES, figureSource(result))];
}

/**
 * The figures of a run except the latencies: first the seed's four, then the counts behind them and what slowed the
 * load down, then what it cost, then, for the file backend, the drain and the files.
 */
export function loadFigures(result: RunResult): Figure[] {
  return figuresIn(loadRows(result), figureSource(result));
}

function loadRows({ threads }: RunResult): FigureRow[] {
  const waits = Object.keys(threads[0]?.blocked ?? {});
  return [
    ...OPERATION_FIGURES,
    ...waits.flatMap(blockedFigures),
    ...PRELOAD_FIGURES,
    ...REPLAY_FIGURES,
    ...HISTORY_FIGURES,
    ...COST_FIGURES,
    ...FILE_FIGURES,
  ];
}

/** The row of a figure, by its name in the JSON result; undefined if this version does not know it. */
export function rowOf(name: string): FigureRow | undefined {
  const wait = waitOf(name);
  return wait === undefined ? BY_JSON_NAME.get(name) : blockedFigures(wait).find((row) => jsonName(row) === name);
}

/** The rows of the figures that this version knows among those of JSON results, in order. */
function rowsOf(names: ReadonlySet<string>): FigureRow[] {
  const ofWaits = Array.from(names).filter((name) => waitOf(name) !== undefined).flatMap((name) => rowOf(name) ?? []);
  return [...ROWS.filter((row) => names.has(jsonName(row))), ...ofWaits];
}

/** What the figures of a run say on a line of the text. */
export type FigurePhrases = (line: FigureLine) => string[];

/** Puts the figures of a run in phrases. */
export function figurePhrases(result: RunResult): FigurePhrases {
  const source = figureSource(result);
  const rows = loadRows(result);
  const values = new Map(figuresIn(rows, source).map(({ name, value }) => [name, value]));
  const other = (name: string) => values.get(name) ?? 0;
  return (line) =>
    inPlaces(rows.filter(({ phrase }) => phrase?.line === line), ({ phrase }) => phrase?.place)
      .flatMap(({ name, phrase }) => {
        const value = values.get(name);
        return value === undefined ? [] : phrase?.text(value, other) ?? [];
      });
}

/** A figure in a table. */
export interface ShownFigure extends Pick<FigureColumn, "section" | "label"> {
  /** As in the JSON result. */
  readonly name: string;
}

/** In the order shown; any others come last. */
const SECTIONS: readonly string[] = [...LOAD_SECTIONS, TRACE_SECTION, ...FILE_SECTIONS];

/**
 * The figures that a table shows, in order.
 *
 * @param samples the values of each figure in all runs and files, under its name in the JSON result
 */
export function shownFigures(samples: ReadonlyMap<string, readonly number[]>): ShownFigure[] {
  const columns = rowsOf(new Set(samples.keys())).flatMap((row) => {
    const name = jsonName(row);
    if (row.column === undefined) return [];
    if (row.column.omitZeros && samples.get(name)?.every((value) => value === 0)) return [];
    return [{ name, ...row.column }];
  });
  const sections = new Set([...SECTIONS, ...columns.map(({ section }) => section)]);
  return Array.from(sections).flatMap((section) =>
    inPlaces(columns.filter((column) => column.section === section), ({ place }) => place)
      .map(({ name, label }) => ({ name, section, label }))
  );
}

/** Rows that start with the figures' labels, each section under a heading row. */
export function sectionRows(
  figures: readonly ShownFigure[],
  cells: (name: string) => readonly string[],
): (readonly string[])[] {
  return figures.flatMap(({ name, section, label }, index) => [
    ...(figures[index - 1]?.section === section ? [] : [[section]]),
    [`  ${label}`, ...cells(name)],
  ]);
}

/** A figure's value in the JSON result, as a person reads it. */
export function readableFigure(name: string, value: number): string {
  return readableValue(rowOf(name)?.kind, value);
}

/** One figure over all runs that have it. */
export interface FigureSummary extends SampleSummary {
  readonly name: string;
  readonly kind: FigureKind;
}

/**
 * Of the runs that did not fail, or of all if each failed. In the order in which the first run has them; figures that
 * only later runs have come last.
 */
export function summarizeFigures(results: readonly RunResult[]): FigureSummary[] {
  const whole = results.filter(({ failed }) => failed === undefined);
  const byName = Map.groupBy((whole.length === 0 ? results : whole).flatMap(figures), ({ name }) => name);
  return Array.from(byName.values()).flatMap((list) => {
    const [first] = list;
    if (first === undefined) return [];
    return [{ name: first.name, kind: first.kind, ...summarize(list.map(({ value }) => value)) }];
  });
}
