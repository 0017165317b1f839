/**
 * Computes what the charts show of a configuration from its runs: medians over the runs unless the name says otherwise.
 *
 * @module
 */
import { max, median } from "simple-statistics";
import type { ShownContradiction } from "../history/recorded_history.ts";
import type { KillDocument } from "../crash/crash_document.ts";
import type { StateDocument } from "../crash/states_document.ts";
import { type LatencyDocument, latencyName, type LatencyPoint } from "../result/latency_document.ts";
import { waitOf, waitShareName } from "../result/load_figures.ts";
import type { Configuration, ShownRun } from "./report_data.ts";

/** What contradicts itself in the histories of its runs and kills. */
export function contradictionsOf({ runs, crash }: Configuration): ShownContradiction[] {
  return [...runs.flatMap(({ run }) => run.contradictions), ...crash?.contradictions ?? []];
}

/** The median over the runs of a figure, by its name in JSON; undefined if no run has it. */
export function medianOf(runs: readonly ShownRun[], name: string): number | undefined {
  const values = runs.map(({ run }) => run.figures.get(name)).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
}

/** Latencies of one kind of operation. */
export interface LatencyCurve {
  readonly operation: string;
  /** Whether it counts from the actual start in an open loop. */
  readonly isUncorrected: boolean;
  /** By rising percentage; the last is the greatest latency of all. */
  readonly points: readonly LatencyPoint[];
}

/** The latencies of a configuration, of all kinds. */
export function latencyCurves({ runs }: Configuration): LatencyCurve[] {
  const latencies = runs.flatMap(({ run }) => run.latencies);
  const byKind = Map.groupBy(latencies, ({ operation, kind }) => latencyName(operation, kind, ""));
  return Array.from(byKind.values()).flatMap((alike) => {
    const [first] = alike;
    const points = pooled(alike);
    if (first === undefined || points.length < 2) return [];
    return [{ operation: first.operation, isUncorrected: first.kind === "uncorrected_latency", points }];
  });
}

/** Medians of the percentiles that all runs have, and of their maximum. */
function pooled(latencies: readonly LatencyDocument[]): LatencyPoint[] {
  const curves = latencies.map(({ percentiles }) => percentiles);
  const [first = [], ...others] = curves;
  const shared = first.filter(({ percent }) =>
    others.every((other) => other.some((point) => point.percent === percent))
  );
  const points = shared.map(({ percent }) => ({
    percent,
    seconds: median(curves.flatMap((curve) => curve.find((point) => point.percent === percent)?.seconds ?? [])),
  }));
  const greatest = latencies.map(({ maxSec }) => maxSec).filter((value) => value !== undefined);
  const last = points.at(-1)?.percent ?? 0;
  const least = Math.min(...latencies.map(({ count = 0 }) => count));
  const percent = least > 0 ? 100 - 100 / least : 100 - (100 - last) / 10;
  if (greatest.length > 0 && percent > last) points.push({ percent, seconds: median(greatest) });
  return points;
}

/**
 * The run with the median throughput, or the one just below: a run that really happened. Of runs at rates, the one that
 * was nearest to the rate that was found.
 */
export function middleRun({ runs, summary }: Configuration): ShownRun | undefined {
  const rate = summary?.rate_per_sec ?? undefined;
  if (rate !== undefined) {
    const distance = ({ run }: ShownRun) => Math.abs(Math.log(Math.max(run.opsPerSec, 1) / rate));
    return runs.toSorted((a, b) => distance(a) - distance(b))[0];
  }
  const sorted = runs.toSorted((a, b) => a.run.opsPerSec - b.run.opsPerSec);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** What load threads waited for. */
function waitsOf(runs: readonly ShownRun[]): string[] {
  const names = runs.flatMap(({ run }) => [...run.figures.keys()]);
  return [...new Set(names.flatMap((name) => waitOf(name) ?? []))];
}

/** How the load threads' time was divided, in shares from 0 to 1 that add up to 1. Undefined if the runs do not say. */
export function timeShares({ runs }: Configuration): { cause: string; share: number }[] | undefined {
  const shares = waitsOf(runs).map((name) => {
    const share = medianOf(runs, waitShareName(name)) ?? 0;
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
  return medianOf(runs, "write_amplification");
}

/** The kills of a configuration, in order. */
export function killsOf({ crash }: Configuration): readonly KillDocument[] {
  return crash?.rows ?? [];
}

/** The states of a configuration in which cuts of the power may have left its disk, in order. */
export function statesOf({ crash }: Configuration): readonly StateDocument[] {
  return crash?.states ?? [];
}

/** The most that one kill cost. */
export function mostLost(configuration: Configuration): number {
  return max([0, ...killsOf(configuration).map(({ lost }) => lost)]);
}

/** How many deleted keys kills have brought back, all together. */
export function resurrectedBy(configuration: Configuration): number {
  return killsOf(configuration).reduce((sum, { resurrected }) => sum + resurrected, 0);
}

/** How long it took, each time, to open a store with what a run or a kill had left in it, in seconds. */
export function reopenTimes(configuration: Configuration): number[] {
  const ofKills = killsOf(configuration).map(({ recoverySec }) => recoverySec);
  const ofRuns = configuration.runs.map(({ run }) => run.figures.get("reopen_sec"));
  return [...ofKills, ...ofRuns].filter((seconds) => seconds !== undefined);
}
