/**
 * The deciding figures, which the text reports show side by side for several runs or files: grouped in sections, with
 * readable names and values. JSON and CSV have all figures.
 *
 * @module
 */
import { type FigureColumn, inPlaces, jsonName, readableValue } from "../result/figure.ts";
import { rowOf, rowsOf } from "../result/figures.ts";
import { FILE_SECTIONS } from "../result/file_figures.ts";
import { LOAD_SECTIONS } from "../result/load_figures.ts";

/** A figure in a table. */
export interface ShownFigure extends Pick<FigureColumn, "section" | "label"> {
  /** As in the JSON result. */
  readonly name: string;
}

/** In the order shown; any others come last. */
const SECTIONS: readonly string[] = [...LOAD_SECTIONS, ...FILE_SECTIONS];

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
