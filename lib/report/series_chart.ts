/**
 * A small text chart of a run's series, for a terminal. A pure function.
 *
 * @module
 */
import { chunk, sum } from "simple-statistics";
import type { SeriesRow } from "../run/run_result.ts";
import { readableDuration, readableNumber } from "../result/format.ts";
import { LABEL_WIDTH } from "./text_layout.ts";

/** The minimum width at which a chart is useful. */
const CHART_COLUMNS_MIN = 60;

/** With fewer intervals than this there is no shape to see. */
const ROWS_MIN = 4;
/** Bars of rising height. */
export const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/** A last row shorter than this share of the first is left out. */
const SLIVER_SHARE = 0.1;
/** Space to the right of a chart for its scale. */
const SCALE_COLUMNS = 28;

/**
 * The throughput over the time of the load, and for the file backend the age of the oldest write at risk, in lines
 * without newlines; none for a short series. Heights start at zero. If a column stands for several intervals, it shows
 * their mean throughput and the greatest age.
 */
export function seriesChart(rows: readonly SeriesRow[], columns: number): string[] {
  const series = withoutSliver(rows);
  if (series.length < ROWS_MIN || columns < CHART_COLUMNS_MIN) return [];
  const perColumn = Math.ceil(series.length / (columns - LABEL_WIDTH - SCALE_COLUMNS));
  const groups = chunk(series, perColumn);
  const rates = groups.map((rows) =>
    sum(rows.map(({ ops }) => ops)) / (sum(rows.map(({ durationMs }) => durationMs)) / 1000)
  );
  const ages = groups.map((rows) => Math.max(...rows.map(({ file }) => file?.processCrashAgeMs ?? 0)));
  const columnMs = sum((groups[0] ?? []).map(({ durationMs }) => durationMs));
  return [
    `${"over time".padEnd(LABEL_WIDTH)}${bars(rates)}  up to ${readableNumber(Math.round(Math.max(...rates)))} ops/s`,
    ...(series.some(({ file }) => file !== undefined)
      ? [`${"at risk".padEnd(LABEL_WIDTH)}${bars(ages)}  up to ${readableDuration(Math.max(...ages))}`]
      : []),
    `${"".padEnd(LABEL_WIDTH)}each column ${readableDuration(columnMs)}`,
  ];
}

/** Drops a last row too short for its throughput to mean anything; the load ends just after its last whole interval. */
function withoutSliver(rows: readonly SeriesRow[]): readonly SeriesRow[] {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return rows;
  return last.durationMs < first.durationMs * SLIVER_SHARE ? rows.slice(0, -1) : rows;
}

function bars(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => {
    const height = most > 0 ? Math.round(value / most * BARS.length) : 0;
    return height === 0 ? " " : BARS[height - 1];
  }).join("");
}
