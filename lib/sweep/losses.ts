/**
 * Says what a crash would have lost of a run: what is promised, what the gauge showed, and which of them
 * counts.
 *
 * @module
 */
import { max, median } from "simple-statistics";
import type { CrashDocument } from "../crash/crash_document.ts";
import type { CrashKind, LossFigures, RunDocument } from "../result/run_document.ts";
import { given } from "../option/given.ts";
import type { LossSummary, LossUnit, LossValue } from "./lines.ts";
import { medianLoss } from "./standing.ts";

/** What one kind of crash would have lost in one run, in one unit. */
interface LossReading extends LossFigures {
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
export function runLoss(run: RunDocument, crash: CrashKind, unit: LossUnit): number {
  return lossNumber(readLoss(run, crash, unit).counts);
}

/** The most that one of a crash's kills has lost, in writes or milliseconds. */
export function killLoss({ lostMax, oldestLostMaxMs }: CrashDocument, unit: LossUnit): number {
  return unit === "writes" ? lostMax : oldestLostMaxMs;
}

/**
 * What the runs of a configuration, possibly none, would have lost.
 *
 * @param kills the crash of that kind that it was put through, if it was: what that has lost counts where it is more
 */
export function summarizeLosses(
  runs: readonly RunDocument[],
  crash: CrashKind,
  kills?: CrashDocument,
): LossSummary {
  const writes = runs.map((run) => readLoss(run, crash, "writes"));
  const ages = runs.map((run) => readLoss(run, crash, "age_ms"));
  return {
    writes: atLeast(medianValue(writes.map(({ counts }) => counts)), kills && killLoss(kills, "writes")),
    age_ms: atLeast(medianValue(ages.map(({ counts }) => counts)), kills && killLoss(kills, "age_ms")),
    ...given({
      bound_writes: over(writes.map(({ bound }) => bound), median),
      bound_age_ms: over(ages.map(({ bound }) => bound), median),
      p99_writes: over(writes.map(({ p99 }) => p99), median),
      p99_age_ms: over(ages.map(({ p99 }) => p99), median),
      max_writes: over(writes.map((reading) => reading.max), max),
      max_age_ms: over(ages.map((reading) => reading.max), max),
    }),
  };
}

function readLoss({ loss }: RunDocument, crash: CrashKind, unit: LossUnit): LossReading {
  const { isEverything, writes, ageMs } = loss[crash];
  const figures = unit === "writes" ? writes : ageMs;
  const known = [figures.bound, figures.max].filter((value) => value !== undefined);
  return { ...figures, counts: isEverything ? "everything" : known.length === 0 ? null : Math.max(...known) };
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

/** What the known of some values amount to, if any is. */
function over(values: readonly (number | undefined)[], of: (values: number[]) => number): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : of(known);
}
