/**
 * A figure: one measured value of a run. All that the reports know of it stands in its row: its name, its kind, how to
 * get it from a run, and where and in which words it is shown.
 *
 * @module
 */
import { meanKeyBytes, meanPutBytes } from "../load/seed_workload.ts";
import { type RunResult, type RunTotals, totals } from "../run/run_result.ts";
import { secondsOf } from "../option/units.ts";
import { readableBytes, readableDuration, readableNumber, readableShare } from "./format.ts";

/**
 * The kind of a figure's value, which determines how reports show it:
 *
 * - `count`: a number of things;
 * - `bytes`: a number of bytes;
 * - `rate`: things per second;
 * - `mean`: a mean number of things;
 * - `share`: a part of a whole, from 0 to 1;
 * - `duration`: milliseconds.
 */
export type FigureKind = "count" | "bytes" | "rate" | "mean" | "share" | "duration";

/** One measured value. */
export interface Figure {
  /** Stable, in snake_case. */
  readonly name: string;
  readonly kind: FigureKind;
  readonly value: number;
}

/** What figures are read from: a run, its totals, and the bytes of all keys and values that it put, or deleted by. */
export type FigureSource = RunResult & RunTotals & { readonly putBytes: number };

/** Everything that the reports know of a figure. JSON, CSV and the page have it if the run has it. */
export interface FigureRow extends Omit<Figure, "value"> {
  /** Undefined if the run does not have it. */
  readonly of: (run: FigureSource) => number | undefined;
  /** Its row in the tables of several runs; absent if it decides nothing there. */
  readonly column?: FigureColumn;
  /** What the text of a single run says of it; absent if that says nothing, or says it in words of its own. */
  readonly phrase?: FigurePhrase;
}

/** A figure's row in a table that shows several runs side by side. */
export interface FigureColumn {
  /** The heading that it shares with others. */
  readonly section: string;
  readonly label: string;
  /** Its place among those of its section, which come before those without one. */
  readonly place?: number;
  /** Whether to leave it out where it is 0 throughout. */
  readonly omitZeros?: boolean;
}

/** The lines of the text that are made of phrases of figures. */
export type FigureLine =
  | "operations"
  | "rate"
  | "timer"
  | "waits"
  | "preload"
  | "trace"
  | "history"
  | "found"
  | "files"
  | "syncs"
  | "flushes"
  | "persisted"
  | "device"
  | "costs";

/** A figure's part of a line of the text. */
export interface FigurePhrase {
  readonly line: FigureLine;
  /** Its place among those of its line, which come before those without one. */
  readonly place?: number;
  /**
   * Undefined if there is nothing to say.
   *
   * @param other other figures of the same run, by name; 0 if it does not have one
   */
  readonly text: (value: number, other: (name: string) => number) => string | undefined;
}

/** What the figures of a run are read from. */
export function figureSource(result: RunResult): FigureSource {
  const sums = totals(result.threads);
  const { operations, options: { workload } } = result;
  const deletes = operations.find(({ operation }) => operation === "delete")?.count ?? 0;
  const putBytes = (sums.writes - deletes) * meanPutBytes(workload) + deletes * meanKeyBytes(workload);
  return { ...result, ...sums, putBytes };
}

/** The figures that the run has, in the rows' order. */
export function figuresIn(rows: readonly FigureRow[], source: FigureSource): Figure[] {
  return rows.flatMap(({ name, kind, of }) => {
    const value = of(source);
    return value === undefined ? [] : [{ name, kind, value }];
  });
}

/** The name in the JSON result, which says the unit of a duration. */
export function jsonName({ name, kind }: Pick<Figure, "name" | "kind">): string {
  return kind === "duration" ? `${name}_sec` : name;
}

/** A figure's name and value in the JSON result. */
export function figureEntry(figure: Figure): [name: string, value: number] {
  return [jsonName(figure), figure.kind === "duration" ? secondsOf(figure.value) : figure.value];
}

/** The value of a figure in the JSON result, as a person reads it. */
export function readableValue(kind: FigureKind | undefined, value: number): string {
  switch (kind) {
    case "bytes":
      return readableBytes(value);
    case "share":
      return readableShare(value);
    case "duration":
      return readableDuration(value * 1000);
    case "count":
    case "rate":
    case "mean":
    case undefined:
      return readableNumber(value);
  }
}

/** The items in order of their places; those without one keep their order, after the others. */
export function inPlaces<T>(items: readonly T[], placeOf: (item: T) => number | undefined): T[] {
  const place = (item: T) => placeOf(item) ?? Number.MAX_SAFE_INTEGER;
  return items.toSorted((a, b) => place(a) - place(b));
}
