/**
 * The table of latencies in the text result.
 *
 * @module
 */
import type { LatencySummary, RunResult } from "../run/run_result.ts";
import { operationName, ordinal } from "../result/format.ts";
import { tableLines } from "./table.ts";
import type { Block } from "./text_groups.ts";

const PERCENTILES = ["p50", "p90", "p99", "p99.9", "max"];

/** Narrower columns are widened, so that the tables of similar runs look alike. */
const COLUMN_WIDTH_MIN = 8;
const LABEL_WIDTH_MIN = 15;

/**
 * A row in microseconds for each kind of operation that was timed; nothing if none was. In an open loop, latencies
 * count from the intended start, and a second row counts from the actual one.
 *
 * ```text
 * latency, µs           p50       p90       p99     p99.9       max
 *   read              0.330     0.650      2.24      18.9     1,514
 *   update             4.74      6.53      26.9       137     2,836
 *             every 128th was timed
 * ```
 */
export function latencyBlocks({ operations, options: { latencySample = 1, ratePerSec } }: RunResult): Block[] {
  const rows = operations.flatMap(({ operation, latency, uncorrectedLatency }) => [
    ...(latency === undefined ? [] : [[`  ${operationName(operation)}`, ...cells(latency)]]),
    ...(uncorrectedLatency === undefined ? [] : [["    uncorrected", ...cells(uncorrectedLatency)]]),
  ]);
  if (rows.length === 0) return [];
  const table = tableLines([
    { heading: "latency, µs".padEnd(LABEL_WIDTH_MIN), align: "left" },
    ...PERCENTILES.map((heading) => ({ heading: heading.padStart(COLUMN_WIDTH_MIN), align: "right" } as const)),
  ], rows);
  const notes = [
    ...(latencySample === 1 ? [] : [`every ${ordinal(latencySample)} was timed`]),
    ...(ratePerSec === undefined ? [] : ["from the intended start", "uncorrected from the actual one"]),
  ];
  return [table, { label: "", lines: [notes] }];
}

function cells({ p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: LatencySummary): string[] {
  return [p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map(microseconds);
}

/** To three digits; no more are measured. */
function microseconds(durationMs: number): string {
  const us = durationMs * 1000;
  const digits = us < 1 ? 3 : us < 10 ? 2 : us < 100 ? 1 : 0;
  return us.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
