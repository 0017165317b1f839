/**
 * The series as CSV: a table with a row for each interval of the load.
 *
 * The columns are the same for all backends. Times are in seconds; `end_sec` counts from the load's start.
 *
 * @module
 */
import type { SeriesRow } from "../run/run_result.ts";
import { type Cell, csvRow } from "./csv_row.ts";
import { secondsOf } from "../option/units.ts";
import { LATENCY_STATISTICS } from "./latency_document.ts";

/** A column, with the value that it shows of an interval; empty if absent. */
type Column = readonly [name: string, value: (row: SeriesRow) => Cell];

const COLUMNS: readonly Column[] = [
  ["end_sec", ({ endMs }) => seconds(endMs)],
  ["duration_sec", ({ durationMs }) => seconds(durationMs)],
  ["ops", ({ ops }) => ops],
  ["ops_per_sec", ({ opsPerSec }) => opsPerSec],
  ["reads", ({ reads }) => reads],
  ["writes", ({ writes }) => writes],
  ["latency_count", ({ latency }) => latency?.count],
  ...LATENCY_STATISTICS.map(({ name, of }): Column => [
    `latency_${name}_sec`,
    ({ latency }) => seconds(latency && of(latency)),
  ]),
  ["process_crash_writes", ({ file }) => file?.processCrashWrites],
  ["process_crash_age_sec", ({ file }) => seconds(file?.processCrashAgeMs)],
  ["power_loss_writes", ({ file }) => file?.powerLossWrites],
  ["power_loss_age_sec", ({ file }) => seconds(file?.powerLossAgeMs)],
  ["queued", ({ file }) => file?.queued],
  ["snapshots_written", ({ file }) => file?.snapshotsWritten],
  ["bytes_written", ({ file }) => file?.bytesWritten],
];

/** The series as CSV: a header, then a row for each interval. A cell is empty if its value is absent. */
export function seriesCsv(rows: readonly SeriesRow[]): string {
  return csvRow(COLUMNS.map(([name]) => name)) +
    rows.map((row) => csvRow(COLUMNS.map(([, value]) => value(row)))).join("");
}

function seconds(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : secondsOf(durationMs);
}
