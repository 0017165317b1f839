/**
 * Reads from a run's JSON what a crash would have lost: what is promised, what the gauge showed, and which of them
 * counts.
 *
 * @module
 */
import { max, median } from "simple-statistics";
import type { Fields } from "../compare/result_file.ts";
import type { CrashKind, LossSummary, LossValue } from "./lines.ts";
import { medianLoss } from "./standing.ts";

/** The kinds of crash, in the order shown to users. */
export const CRASH_KINDS = ["process_crash", "power_loss"] as const satisfies readonly CrashKind[];

/** The unit of a loss. */
export type LossUnit = "writes" | "age_ms";

/** What one kind of crash would have lost in one run, in one unit. */
interface LossReading {
  /** The promised maximum. */
  readonly bound?: number;
  /** The gauge, 99% of the time and at its worst. */
  readonly p99?: number;
  readonly max?: number;
  /** What counts: the gauge's worst or what is promised, whichever is more; `null` if there is neither. */
  readonly counts: LossValue;
}

/** The loss as a number; Infinity for everything and for unknown. */
export function lossNumber(value: LossValue): number {
  return typeof value === "number" ? value : Infinity;
}

/**
 * What a run would have lost at worst.
 *
 * @returns in writes or milliseconds; Infinity if unbounded
 */
export function runLoss(run: Fields, crash: CrashKind, unit: LossUnit): number {
  return lossNumber(readLoss(run, crash, unit).counts);
}

/** The most that one of a crash's kills has lost, in writes or milliseconds. */
export function killLoss(kills: Fields, unit: LossUnit): number {
  const value = kills[unit === "writes" ? "lost_max" : "oldest_lost_max_sec"];
  if (typeof value !== "number") return 0;
  return unit === "writes" ? value : millisecondsOf(value);
}

/**
 * What the runs of a configuration, possibly none, would have lost.
 *
 * @param kills the crash of that kind that it was put through, if it was: what that has lost counts where it is more
 */
export function summarizeLosses(runs: readonly Fields[], crash: CrashKind, kills?: Fields): LossSummary {
  const writes = runs.map((run) => readLoss(run, crash, "writes"));
  const ages = runs.map((run) => readLoss(run, crash, "age_ms"));
  return {
    writes: atLeast(medianValue(writes.map(({ counts }) => counts)), kills && killLoss(kills, "writes")),
    age_ms: atLeast(medianValue(ages.map(({ counts }) => counts)), kills && killLoss(kills, "age_ms")),
    ...summed("bound_writes", writes.map(({ bound }) => bound), median),
    ...summed("bound_age_ms", ages.map(({ bound }) => bound), median),
    ...summed("p99_writes", writes.map(({ p99 }) => p99), median),
    ...summed("p99_age_ms", ages.map(({ p99 }) => p99), median),
    ...summed("max_writes", writes.map((reading) => reading.max), max),
    ...summed("max_age_ms", ages.map((reading) => reading.max), max),
  };
}

function readLoss(run: Fields, crash: CrashKind, unit: LossUnit): LossReading {
  const figure = (part: "p99" | "max" | "bound") => figureOf(run, crash, unit, part);
  const [p99, worst] = [figure("p99"), figure("max")];
  const bound = figure("bound") ?? promisedBound(run, crash, unit);
  const text = promisedText(run, crash);
  const known = [bound, worst].filter((value) => value !== undefined);
  const isEverything = text === "everything" || (crash === "power_loss" && run.power_loss === "everything");
  return {
    ...(bound === undefined ? {} : { bound }),
    ...(p99 === undefined ? {} : { p99 }),
    ...(worst === undefined ? {} : { max: worst }),
    counts: isEverything ? "everything" : known.length === 0 ? null : Math.max(...known),
  };
}

/** A figure of the gauge, or its bound; ages are in seconds in the document. */
function figureOf(run: Fields, crash: CrashKind, unit: LossUnit, part: string): number | undefined {
  const value = run[unit === "writes" ? `${crash}_writes_${part}` : `${crash}_age_${part}_sec`];
  if (typeof value !== "number") return undefined;
  return unit === "writes" ? value : millisecondsOf(value);
}

function promisesOf({ promises }: Fields): Fields {
  return typeof promises === "object" && promises !== null ? promises as Fields : {};
}

function promisedText(run: Fields, crash: CrashKind): unknown {
  return promisesOf(run)[crash];
}

/** The numeric promise of a backend without a gauge. */
function promisedBound(run: Fields, crash: CrashKind, unit: LossUnit): number | undefined {
  const promises = promisesOf(run);
  const value = promises[unit === "writes" ? `${crash}_writes_bound` : `${crash}_age_bound_sec`];
  if (typeof value !== "number") return undefined;
  return unit === "writes" ? value : millisecondsOf(value);
}

/** Without the binary noise of a multiplication. */
function millisecondsOf(seconds: number): number {
  return Math.round(seconds * 1e9) / 1e6;
}

/** `null` if unknown for half of the runs. */
function medianValue(values: readonly LossValue[]): LossValue {
  if (values.length === 0) return null;
  const number = medianLoss(values.map(lossNumber));
  if (number !== Infinity) return number;
  return values.includes("everything") ? "everything" : null;
}

function atLeast(value: LossValue, least = 0): LossValue {
  return typeof value === "number" ? Math.max(value, least) : value;
}

function summed<Name extends string>(
  name: Name,
  values: readonly (number | undefined)[],
  of: (values: number[]) => number,
): { readonly [N in Name]?: number } {
  const known = values.filter((value) => value !== undefined);
  return (known.length === 0 ? {} : { [name]: of(known) }) as { readonly [N in Name]?: number };
}
