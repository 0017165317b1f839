/**
 * The table of latencies: how long each kind of operation took, as a person reads it. Pure functions.
 *
 * @module
 */
import type { LatencySummary } from "../run/measurements.ts";
import type { RunResult } from "../run/run_result.ts";
import { tableLines } from "./table.ts";

const HEADINGS = ["timed", "min", "mean", "p50", "p90", "p99", "p99.9", "max"];

/**
 * A row for each kind of operation that was timed, in microseconds; nothing when none was. In an open loop the rows are
 * corrected, and uncorrected ones follow; how many operations were timed, the heading says.
 *
 * ```text
 * latency of every 128th, in µs   timed    min   mean    p50 …
 * read                           65,536  0.081  0.172  0.161 …
 * ```
 */
export function latencyTable({ operations = [], options: { latencySample, ratePerSec } }: RunResult): string[] {
  const rows = [
    ...operations.map(({ operation, latency }) => ({ name: operation, latency })),
    ...operations.map(({ operation, uncorrectedLatency: latency }) => ({ name: `${operation}, uncorrected`, latency })),
  ].flatMap(({ name, latency }) => latency === undefined ? [] : [[name, ...cells(latency)]]);
  if (rows.length === 0) return [];
  const of = latencySample === undefined || latencySample === 1 ? "" : ` of every ${ordinal(latencySample)}`;
  const from = ratePerSec === undefined ? "" : " from the intended start";
  return tableLines([
    { heading: `latency${of}${from}, in µs`, align: "left" },
    ...HEADINGS.map((heading) => ({ heading, align: "right" } as const)),
  ], rows);
}

function cells({ count, minMs, meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: LatencySummary): string[] {
  return [
    count.toLocaleString("en-US"),
    ...[minMs, meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map(microseconds),
  ];
}

/** Three digits are measured, and so no more are shown after the point than that. */
function microseconds(durationMs: number): string {
  const us = durationMs * 1000;
  const digits = us < 10 ? 3 : us < 100 ? 2 : us < 1000 ? 1 : 0;
  return us.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function ordinal(n: number): string {
  const tens = n % 100;
  const suffix = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${suffix}`;
}
