/**
 * The figures of a trace that is replayed: what is in it, and what of it cannot be replayed.
 *
 * @module
 */
import { traceOf } from "../load/workload.ts";
import type { TraceSummary } from "../replay/trace_summary.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { FigureRow, FigureSource } from "./figure.ts";
import { readableCount, readableDuration } from "./format.ts";
import type { JsonObject } from "./json.ts";
import { secondsOf } from "../option/units.ts";

/** The section of the tables of several runs. */
export const TRACE_SECTION = "trace";

/** A row of what is in the trace. */
function row(
  name: string,
  of: (trace: TraceSummary) => number | undefined,
  others: Omit<FigureRow, "name" | "kind" | "of"> & { readonly kind?: FigureRow["kind"] } = {},
): FigureRow {
  return {
    name: `replay_${name}`,
    kind: "count",
    ...others,
    of: ({ options }: FigureSource) => {
      const trace = traceIn(options);
      return trace && of(trace);
    },
  };
}

export const REPLAY_FIGURES: readonly FigureRow[] = [
  row("lines", ({ lines }) => lines, {
    phrase: { line: "trace", place: 0, text: (lines) => readableCount(lines, "line") },
  }),
  row("operations", ({ operations }) => operations, {
    phrase: { line: "trace", place: 1, text: (operations) => readableCount(operations, "operation") },
  }),
  row("keys", ({ keys }) => keys, {
    phrase: { line: "trace", place: 2, text: (keys) => readableCount(keys, "key") },
  }),
  row("duration", ({ durationUs }) => durationUs === undefined ? undefined : durationUs / 1000, {
    kind: "duration",
    phrase: { line: "trace", place: 3, text: (ms) => `over ${readableDuration(ms)}` },
  }),
  {
    name: "replay_rounds",
    kind: "mean",
    of: ({ options, ops }) => {
      const trace = traceIn(options);
      return trace && ops / trace.operations;
    },
    phrase: {
      line: "trace",
      place: 4,
      text: (rounds) =>
        rounds === 1 ? undefined : `replayed ${Number(rounds.toPrecision(3)).toLocaleString("en-US")} times`,
    },
  },
  row("unknown_operations", ({ unknown }) => Object.values(unknown).reduce((sum, count) => sum + count, 0), {
    column: { section: TRACE_SECTION, label: "unknown operations", omitZeros: true },
  }),
  row("malformed_lines", ({ malformed }) => malformed.count, {
    column: { section: TRACE_SECTION, label: "malformed lines", omitZeros: true },
  }),
  row("long_keys", ({ longKeys }) => longKeys.count, {
    column: { section: TRACE_SECTION, label: "keys too long", omitZeros: true },
  }),
  row("long_values", ({ longValues }) => longValues.count, {
    column: { section: TRACE_SECTION, label: "values too long", omitZeros: true },
  }),
];

/** The trace that options replay, once it has been read. */
export function traceIn({ workload }: Pick<RunOptions, "workload">): TraceSummary | undefined {
  return workload.kind === "replay" ? traceOf(workload) : undefined;
}

/** What no figure says of a trace. */
export function traceObject(trace: TraceSummary): JsonObject {
  const { format, unknown, malformed, longKeys, longValues, isExact, sizeBytes, durationUs } = trace;
  const tooLong = ({ line, text }: TraceSummary["longKeys"]) =>
    line === undefined ? null : { line, bytes: Number(text) };
  return {
    format,
    file_bytes: sizeBytes,
    keys_are_exact: isExact,
    duration_sec: durationUs === undefined ? null : secondsOf(durationUs / 1000),
    unknown_operations: { ...unknown },
    first_malformed_line: malformed.line === undefined ? null : { line: malformed.line, text: malformed.text ?? "" },
    first_long_key: tooLong(longKeys),
    first_long_value: tooLong(longValues),
  };
}
