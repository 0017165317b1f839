/**
 * Latencies in a result's document: how they are written, what their figures are called, and how both are read again.
 *
 * @module
 */
import { OPERATION_NAMES, type OperationName } from "../load/operation.ts";
import type { LatencySummary } from "../run/run_result.ts";
import { type Fields, fieldsIn, type JsonObject, numberIn, rowsIn } from "./json.ts";
import { secondsOf } from "../option/units.ts";
import { given } from "../option/given.ts";

/** The kinds of latency that an operation may have: in an open loop the second counts from the actual start. */
export const LATENCY_KINDS = ["latency", "uncorrected_latency"] as const;

export type LatencyKind = typeof LATENCY_KINDS[number];

/** What summarizes a latency, in the order of the document; those with a percentage are points of its distribution. */
export const LATENCY_STATISTICS = [
  { name: "min", of: ({ minMs }: LatencySummary) => minMs, percent: 0 },
  { name: "mean", of: ({ meanMs }: LatencySummary) => meanMs },
  { name: "p50", of: ({ p50Ms }: LatencySummary) => p50Ms, percent: 50 },
  { name: "p90", of: ({ p90Ms }: LatencySummary) => p90Ms, percent: 90 },
  { name: "p99", of: ({ p99Ms }: LatencySummary) => p99Ms, percent: 99 },
  { name: "p999", of: ({ p999Ms }: LatencySummary) => p999Ms, percent: 99.9 },
  { name: "max", of: ({ maxMs }: LatencySummary) => maxMs },
] as const;

/** The greatest latency. */
const MAX = "max";
/** How many operations were timed. */
const COUNT = "count";

/** The fields of a latency in the document, but for its percentiles. */
export const LATENCY_FIELDS: readonly string[] = [COUNT, ...LATENCY_STATISTICS.map(({ name }) => `${name}_sec`)];

/** Latencies of one kind of operation, as a document has them. */
export interface LatencyDocument {
  readonly operation: OperationName;
  readonly kind: LatencyKind;
  /** Operations timed; absent if unknown. */
  readonly count?: number;
  /** By rising percentage. */
  readonly percentiles: readonly LatencyPoint[];
  readonly maxSec?: number;
}

/** A latency, and the percentage of timed operations that do not exceed it. */
export interface LatencyPoint {
  readonly percent: number;
  readonly seconds: number;
}

/** The name of a figure of an operation's latency, without its unit. */
export function latencyName(operation: OperationName, kind: LatencyKind, statistic: string): string {
  return `${operation}_${kind}_${statistic}`;
}

/** The 99th percentile of each kind of operation, by the figure's name in JSON. */
export const P99_FIGURES = OPERATION_NAMES.map((operation) => ({
  operation,
  figure: latencyName(operation, "latency", "p99_sec"),
}));

/** A latency as the document has it. */
export function latencyObject(latency: LatencySummary): JsonObject {
  return {
    [COUNT]: latency.count,
    ...Object.fromEntries(LATENCY_STATISTICS.map(({ name, of }) => [`${name}_sec`, secondsOf(of(latency))])),
    ...(latency.percentiles === undefined ? {} : {
      percentiles: latency.percentiles.map(({ percent, latencyMs }) => ({ percent, sec: secondsOf(latencyMs) })),
    }),
  };
}

/** The figures of a run's latencies, by their names in the documents that summarize or compare runs. */
export function latencyFigures(run: Fields): [name: string, value: number][] {
  return [...latenciesIn(run)].flatMap(([{ operation, kind }, latency]) =>
    LATENCY_FIELDS.flatMap((field): [string, number][] => {
      const value = numberIn(latency, field);
      return value === undefined ? [] : [[latencyName(operation, kind, field), value]];
    })
  );
}

/**
 * The latencies of a run: from its operations, where it has them all, and otherwise from its figures.
 *
 * @param figures including those of {@linkcode latencyFigures}
 */
export function readLatencies(run: Fields, figures: ReadonlyMap<string, number>): LatencyDocument[] {
  const fine = new Map(Array.from(latenciesIn(run), ([{ operation, kind }, latency]) => {
    return [latencyName(operation, kind, ""), percentilesIn(latency)];
  }));
  return EACH.flatMap(({ operation, kind }): LatencyDocument[] => {
    const figure = (field: string) => figures.get(latencyName(operation, kind, field));
    const count = figure(COUNT), maxSec = figure(`${MAX}_sec`);
    const own = fine.get(latencyName(operation, kind, "")) ?? [];
    const percentiles = own.length > 0 ? own : LATENCY_STATISTICS.flatMap((statistic): LatencyPoint[] => {
      const seconds = figure(`${statistic.name}_sec`);
      return !("percent" in statistic) || seconds === undefined ? [] : [{ percent: statistic.percent, seconds }];
    });
    if (percentiles.length === 0 && maxSec === undefined) return [];
    return [{
      operation,
      kind,
      ...given({ count }),
      percentiles,
      ...given({ maxSec }),
    }];
  });
}

/** Each operation with each kind of latency. */
const EACH = OPERATION_NAMES.flatMap((operation) => LATENCY_KINDS.map((kind) => ({ operation, kind })));

function* latenciesIn(run: Fields): Generator<readonly [about: typeof EACH[number], latency: Fields]> {
  for (const own of rowsIn(run, "operations")) {
    for (const about of EACH) {
      const latency = about.operation === own.operation ? fieldsIn(own, about.kind) : undefined;
      if (latency !== undefined) yield [about, latency];
    }
  }
}

function percentilesIn(latency: Fields): LatencyPoint[] {
  return rowsIn(latency, "percentiles").flatMap((row) => {
    const percent = numberIn(row, "percent"), seconds = numberIn(row, "sec");
    return percent === undefined || seconds === undefined ? [] : [{ percent, seconds }];
  });
}
