/**
 * A text map of a sweep: throughput over loss, for a terminal. A pure function.
 *
 * @module
 */
import { p99Text, speedOf } from "../sweep/answer.ts";
import type { ConfigurationSummary, LossUnit } from "../sweep/lines.ts";
import { lossNumber } from "../sweep/losses.ts";
import { readableDuration, readableNumber } from "../result/format.ts";
import type { SweepReport } from "./sweep_text.ts";

/** The size of the map, in characters. */
export interface MapSize {
  readonly columns: number;
  readonly rows: number;
}

/** The minimum width at which a map is useful. */
export const MAP_COLUMNS_MIN = 60;

const MARKS = { frontier: "●", tied: "◐", dominated: "·", too_slow: " ", failed: " ", unmeasured: " " } as const;
/** In a shared place, later marks hide earlier ones. */
const ORDER = ["dominated", "tied", "frontier"] as const;
/** Columns for the numbers beside the map. */
const MARGIN = 9;
/** Columns at either end: for nothing at risk, and for everything. */
const ENDS = 6;

/** The position of a configuration: its loss in the axis's unit, and its throughput. */
interface Point {
  readonly summary: ConfigurationSummary;
  readonly loss: number;
  readonly rate: number;
}

/**
 * The map, in lines without newlines: speed upwards, logarithmic; loss to the right, logarithmic between a place
 * for nothing at the left end and one for everything at the right. Empty if there is nothing to show.
 */
export function sweepMap(
  { header, summary, axis: { crash, unit } }: Pick<SweepReport, "header" | "summary" | "axis">,
  { columns, rows }: MapSize,
): string[] {
  const p99Ms = summary.p99_at_most_ms;
  const names = new Map(header.configurations.map(({ id, name }) => [id, name]));
  const points = summary.configurations.flatMap((summary): Point[] => {
    const rate = speedOf(summary);
    return rate === null || rate <= 0 ? [] : [{ summary, rate, loss: lossNumber(summary.loss[crash][unit]) }];
  });
  if (points.length === 0 || columns < MAP_COLUMNS_MIN) return [];
  const width = columns - MARGIN - 1;
  const rates = rangeOf(points.map(({ rate }) => rate));
  const losses = rangeOf(points.map(({ loss }) => loss).filter((loss) => loss > 0 && loss < Infinity));
  const grid = Array.from({ length: rows }, () => Array.from({ length: width }, () => " "));
  for (const state of ORDER) {
    for (const { summary, rate, loss } of points.filter((point) => point.summary.state === state)) {
      const row = rows - 1 - Math.round(placeOf(rate, rates) * (rows - 1));
      const column = columnOf(loss, losses, width);
      put(grid[row], column, MARKS[state]);
      if (state !== "dominated") label(grid[row], column, [`${summary.id} ${names.get(summary.id)}`, summary.id]);
    }
  }
  const lines = grid.map((cells, row) => {
    const at = row === 0 ? rates.high : row === rows - 1 ? rates.low : undefined;
    return `${(at === undefined ? "" : readableNumber(at)).padStart(MARGIN - 1)} │${cells.join("").trimEnd()}`;
  });
  return [
    `${
      p99Ms === undefined ? "ops/s" : `rate/s with ${p99Text(p99Ms)}`
    }, ● on the frontier, ◐ tied with it, · dominated`,
    ...lines,
    `${" ".repeat(MARGIN)}└${"─".repeat(width)}`,
    `${" ".repeat(MARGIN + 1)}${axisLine(losses, unit, width)}`,
    `${" ".repeat(MARGIN + 1)}at risk when ${crash === "power_loss" ? "the power fails" : "the process dies"}`,
  ];
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function rangeOf(values: readonly number[]): Range {
  return values.length === 0 ? { low: 1, high: 1 } : { low: Math.min(...values), high: Math.max(...values) };
}

/** The position on a logarithmic scale, from 0 at the low end to 1 at the high one. */
function placeOf(value: number, { low, high }: Range): number {
  return high === low ? 0.5 : Math.log(value / low) / Math.log(high / low);
}

function columnOf(loss: number, losses: Range, width: number): number {
  if (loss === 0) return 0;
  if (loss === Infinity) return width - ENDS;
  return ENDS + Math.round(placeOf(loss, losses) * (width - 1 - 3 * ENDS));
}

function put(cells: string[] | undefined, column: number, mark: string): void {
  if (cells !== undefined) cells[column] = mark;
}

/** Writes the first of the names for which there is room, behind a mark or before it, with spaces on both sides. */
function label(cells: string[] | undefined, column: number, names: readonly string[]): void {
  if (cells === undefined) return;
  for (const name of names) {
    const letters = Array.from(name);
    for (const start of [column + 2, column - 1 - letters.length]) {
      const isFree = Array.from({ length: letters.length + 2 }, (_, index) => cells[start - 1 + index])
        .every((cell) => cell === " ");
      if (!isFree) continue;
      letters.forEach((letter, index) => cells[start + index] = letter);
      return;
    }
  }
}

function axisLine(losses: Range, unit: LossUnit, width: number): string {
  const text = (loss: number) => unit === "age_ms" ? readableDuration(loss) : readableNumber(loss);
  const line = "0".padEnd(ENDS) + text(losses.low);
  const high = text(losses.high);
  const end = width - 2 * ENDS;
  const middle = line.padEnd(Math.max(line.length + 1, end - Math.floor(high.length / 2))) + high;
  return `${middle.padEnd(width - ENDS)}all`;
}
