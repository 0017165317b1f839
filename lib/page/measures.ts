/**
 * Computes what the charts show of a configuration from its runs: medians over the runs unless the name says otherwise.
 *
 * @module
 */
import { max, median } from "simple-statistics";
import { waitOf } from "../result/load_figures.ts";
import { type Fields, fieldsIn, numberIn, rowsIn, textIn } from "./fields.ts";
import type { Configuration, MeasuredRun } from "./report_data.ts";

/** The median over the runs of a figure in their JSON; undefined if no run has it. */
export function medianOf(
  runs: readonly MeasuredRun[],
  figure: (run: Fields) => number | undefined,
): number | undefined {
  const values = runs.map(({ result }) => figure(result)).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
}

/** Latencies of one kind of operation. */
export interface LatencyCurve {
  readonly operation: string;
  /** Whether it counts from the actual start in an open loop. */
  readonly isUncorrected: boolean;
  /** By rising percentage; the last is the greatest latency of all. */
  readonly points: readonly { readonly percent: number; readonly seconds: number }[];
}

/** The kinds of latencies of an operation, by their names in a run's JSON. */
const LATENCY_KINDS = [["latency", false], ["uncorrected_latency", true]] as const;

/** The latencies of a configuration, of all kinds. */
export function latencyCurves({ runs }: Configuration): LatencyCurve[] {
  const operations = new Set(runs.flatMap(({ result }) => [...latenciesIn(result).keys()]));
  return [...operations].flatMap((key) => {
    const [operation = "", isUncorrected] = keyParts(key);
    const points = pooled(
      runs.map(({ result }) => latenciesIn(result).get(key)).filter((latency) => latency !== undefined),
    );
    return points.length < 2 ? [] : [{ operation, isUncorrected, points }];
  });
}

function keyParts(key: string): [operation: string, isUncorrected: boolean] {
  const [operation = "", kind] = key.split("/");
  return [operation, kind === "uncorrected_latency"];
}

/** The latencies of one run by operation and kind; in a comparison they are figures of the run itself. */
function latenciesIn(run: Fields): Map<string, Fields> {
  const found = new Map<string, Fields>();
  for (const operation of rowsIn(run, "operations")) {
    const name = textIn(operation, "operation");
    for (const [kind] of LATENCY_KINDS) {
      const latency = fieldsIn(operation, kind);
      if (name !== undefined && latency !== undefined) found.set(`${name}/${kind}`, latency);
    }
  }
  if (found.size > 0) return found;
  for (const [name, value] of Object.entries(run)) {
    const [, operation, kind, figure] = /^(\w+?)_((?:uncorrected_)?latency)_(\w+)$/.exec(name) ?? [];
    if (operation === undefined || kind === undefined || figure === undefined) continue;
    found.set(`${operation}/${kind}`, { ...found.get(`${operation}/${kind}`), [figure]: value });
  }
  return found;
}

/** The percentiles in a summary. */
const SUMMARY_PERCENTILES = [["min_sec", 0], ["p50_sec", 50], ["p90_sec", 90], ["p99_sec", 99], [
  "p999_sec",
  99.9,
]] as const;

/** Medians of the percentiles that all runs have, and of their maximum. */
function pooled(latencies: readonly Fields[]): LatencyCurve["points"] {
  const curves = latencies.map(percentilesIn);
  const [first = [], ...others] = curves;
  const shared = first.filter(([percent]) => others.every((other) => other.some(([p]) => p === percent)));
  const points = shared.map(([percent]) => ({
    percent,
    seconds: median(curves.flatMap((curve) => curve.find(([p]) => p === percent)?.[1] ?? [])),
  }));
  const counts = latencies.map((latency) => numberIn(latency, "count") ?? 0);
  const greatest = latencies.map((latency) => numberIn(latency, "max_sec")).filter((value) => value !== undefined);
  const last = points.at(-1)?.percent ?? 0;
  const least = Math.min(...counts);
  const percent = least > 0 ? 100 - 100 / least : 100 - (100 - last) / 10;
  if (greatest.length > 0 && percent > last) points.push({ percent, seconds: median(greatest) });
  return points;
}

function percentilesIn(latency: Fields): [percent: number, seconds: number][] {
  const fine = rowsIn(latency, "percentiles").flatMap((row): [number, number][] => {
    const percent = numberIn(row, "percent"), seconds = numberIn(row, "sec");
    return percent === undefined || seconds === undefined ? [] : [[percent, seconds]];
  });
  if (fine.length > 0) return fine;
  return SUMMARY_PERCENTILES.flatMap(([name, percent]): [number, number][] => {
    const seconds = numberIn(latency, name);
    return seconds === undefined ? [] : [[percent, seconds]];
  });
}

/**
 * The run with the median throughput, or the one just below: a run that really happened. Of runs at rates, the one that
 * was nearest to the rate that was found.
 */
export function middleRun({ runs, summary }: Configuration): MeasuredRun | undefined {
  const rate = summary?.rate_per_sec ?? undefined;
  if (rate !== undefined) {
    const distance = (run: MeasuredRun) => Math.abs(Math.log(Math.max(opsPerSec(run), 1) / rate));
    return runs.toSorted((a, b) => distance(a) - distance(b))[0];
  }
  const sorted = runs.toSorted((a, b) => opsPerSec(a) - opsPerSec(b));
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** Operations per second of a run; 0 if it does not say. */
export function opsPerSec({ result }: MeasuredRun): number {
  return numberIn(result, "total_ops_per_sec") ?? 0;
}

/** What load threads waited for. */
function waitsOf(runs: readonly MeasuredRun[]): string[] {
  const names = runs.flatMap(({ result }) => Object.keys(result));
  return [...new Set(names.flatMap((name) => waitOf(name) ?? []))];
}

/** How the load threads' time was divided, in shares from 0 to 1 that add up to 1. Undefined if the runs do not say. */
export function timeShares({ runs }: Configuration): { cause: string; share: number }[] | undefined {
  const shares = waitsOf(runs).map((name) => {
    const share = medianOf(runs, (run) => numberIn(run, `blocked_on_${name}_share`)) ?? 0;
    return { cause: `blocked on ${name.replaceAll("_", " ")}`, share: Math.min(1, Math.max(0, share)) };
  });
  if (shares.length === 0) return undefined;
  const blocked = shares.reduce((sum, { share }) => sum + share, 0);
  return [{ cause: WORKING, share: Math.max(0, 1 - blocked) }, ...shares];
}

/** The remainder of the load threads' time. */
export const WORKING = "not blocked";

/** Bytes written to files for each byte of keys and values put; undefined for a backend without files. */
export function writeAmplification({ runs }: Configuration): number | undefined {
  return medianOf(runs, (run) => numberIn(run, "write_amplification"));
}

/** One kill. */
export interface Kill {
  readonly kill: number;
  readonly acknowledged: number;
  readonly lost: number;
  /** What the gauge said just before, if there is a gauge. */
  readonly gauge?: number;
  readonly recoverySec?: number;
  readonly held: boolean;
}

/** The kills of a configuration, in order. */
export function killsOf({ crash }: Configuration): Kill[] {
  return rowsIn(crash ?? {}, "rows").map((row, at) => {
    const gauge = numberIn(row, "gauge");
    const recoverySec = numberIn(row, "recovery_sec");
    return {
      kill: numberIn(row, "kill") ?? at + 1,
      acknowledged: numberIn(row, "acknowledged") ?? 0,
      lost: numberIn(row, "lost") ?? 0,
      ...(gauge === undefined ? {} : { gauge }),
      ...(recoverySec === undefined ? {} : { recoverySec }),
      held: row.held !== false,
    };
  });
}

/** The most that one kill cost. */
export function mostLost(configuration: Configuration): number {
  return max([0, ...killsOf(configuration).map(({ lost }) => lost)]);
}

/** How long it took, each time, to open a store with what a run or a kill had left in it, in seconds. */
export function reopenTimes(configuration: Configuration): number[] {
  const ofKills = killsOf(configuration).map(({ recoverySec }) => recoverySec);
  const ofRuns = configuration.runs.map(({ result }) => numberIn(result, "reopen_sec"));
  return [...ofKills, ...ofRuns].filter((seconds) => seconds !== undefined);
}
