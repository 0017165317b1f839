/**
 * The figures of the load, which every backend has: the seed's four, the counts behind them, and what slowed it down.
 *
 * @module
 */
import { OPERATION_NAMES } from "../load/operation.ts";
import { perSecond, type ThreadResult } from "../run/run_result.ts";
import type { FigureRow } from "./figure.ts";
import { LATENCY_KINDS, LATENCY_STATISTICS, latencyName } from "./latency_document.ts";
import { operationName, readableCount, readableDuration, readableNumber } from "./format.ts";

/** The section of the rates in the tables of several runs. */
const RATES = "ops/s";

/** The section of what scans found. */
const SCANS = "scans";

/** The figure that says how fast a run was. */
export const THROUGHPUT = "total_ops_per_sec";

/** The operations, and how fast they were. */
export const OPERATION_FIGURES: readonly FigureRow[] = [
  { name: "total_ops", kind: "count", of: ({ ops }) => ops },
  { name: "total_runtime", kind: "duration", of: ({ runtimeMs }) => runtimeMs },
  {
    name: THROUGHPUT,
    kind: "rate",
    of: ({ opsPerSec }) => opsPerSec,
    column: { section: RATES, label: "all threads", place: 0 },
  },
  {
    name: "average_ops_per_sec",
    kind: "rate",
    of: ({ averageOpsPerSec }) => averageOpsPerSec,
    column: { section: RATES, label: "mean thread" },
  },
  { name: "reads", kind: "count", of: ({ reads }) => reads },
  { name: "writes", kind: "count", of: ({ writes }) => writes },
  { name: "hits", kind: "count", of: ({ hits }) => hits },
  {
    name: "records_per_scan",
    kind: "mean",
    of: ({ operations }) => {
      const scans = operations.find(({ records }) => records !== undefined);
      return scans && (scans.records ?? 0) / scans.count;
    },
    column: { section: SCANS, label: "records each" },
    phrase: { line: "operations", text: (records) => `${readableNumber(records)} records per scan` },
  },
  {
    name: "rate_asked",
    kind: "rate",
    of: ({ rate }) => rate?.askedPerSec,
    column: { section: RATES, label: "asked" },
    phrase: { line: "rate", text: (rate) => `${readableNumber(rate)} ops/s asked` },
  },
  {
    name: "rate_reached",
    kind: "rate",
    of: ({ rate }) => rate?.reachedPerSec,
    phrase: { line: "rate", text: (rate) => `${readableNumber(rate)} reached` },
  },
  {
    name: "missed_starts",
    kind: "count",
    of: ({ rate, counts }) => rate && counts.missedStarts,
    column: { section: RATES, label: "started late", omitZeros: true },
    phrase: {
      line: "rate",
      text: (starts) => starts === 0 ? "all started on time" : `${readableNumber(starts)} started late`,
    },
  },
  {
    name: "never_begun",
    kind: "count",
    of: ({ rate, counts }) => rate && counts.neverBegun,
    column: { section: RATES, label: "never begun", omitZeros: true },
    phrase: {
      line: "rate",
      text: (starts) => starts === 0 ? undefined : `${readableNumber(starts)} due at the end and never begun`,
    },
  },
  {
    name: "timer_late_p50",
    kind: "duration",
    of: ({ rate }) => rate?.timerLateP50Ms,
    phrase: { line: "timer", text: (ms) => `an idle thread woke ${readableDuration(ms)} late (p50)` },
  },
  {
    name: "timer_late_p99",
    kind: "duration",
    of: ({ rate }) => rate?.timerLateP99Ms,
    phrase: { line: "timer", text: (ms) => `${readableDuration(ms)} (p99)` },
  },
  {
    name: "wait_asked_mean",
    kind: "duration",
    of: ({ counts: { waits, waitAskedMs } }) => waits === 0 ? undefined : waitAskedMs / waits,
    phrase: { line: "waits", text: (ms) => `${readableDuration(ms)} asked` },
  },
  {
    name: "wait_mean",
    kind: "duration",
    of: ({ counts: { waits, waitedMs } }) => waits === 0 ? undefined : waitedMs / waits,
    phrase: { line: "waits", text: (ms) => `${readableDuration(ms)} got` },
  },
];

/** What was put before the load. */
export const PRELOAD_FIGURES: readonly FigureRow[] = [
  {
    name: "preload_keys",
    kind: "count",
    of: ({ preload }) => preload?.keys,
    phrase: {
      line: "preload",
      text: (keys, other) =>
        `${readableCount(keys, "key")} in ${readableDuration(other("preload"))} ` +
        `(${readableNumber(other("preload_keys_per_sec"))}/s)`,
    },
  },
  { name: "preload", kind: "duration", of: ({ preload }) => preload?.durationMs },
  {
    name: "preload_keys_per_sec",
    kind: "rate",
    of: ({ preload }) => preload && perSecond(preload.keys, preload.durationMs),
  },
  {
    name: "preload_flush",
    kind: "duration",
    of: ({ preload, phases }) => preload && phases.find(({ phase }) => phase === "preload_flush")?.durationMs,
    phrase: { line: "preload", text: (ms) => `written to files in ${readableDuration(ms)}` },
  },
];

/** The section of what was found to contradict itself. */
const HISTORY = "history";

/** What was judged of the history. */
export const HISTORY_FIGURES: readonly FigureRow[] = [
  {
    name: "history_operations",
    kind: "count",
    of: ({ history }) => history?.operations,
    phrase: { line: "history", text: (operations) => `${readableCount(operations, "operation")} judged` },
  },
  {
    name: "history_keys",
    kind: "count",
    of: ({ history }) => history?.keys,
    phrase: { line: "history", text: (keys) => `on ${readableCount(keys, "key")}` },
  },
  {
    name: "history_one_key_in",
    kind: "count",
    of: ({ history }) => history?.oneKeyIn,
    phrase: { line: "history", text: (keys) => keys === 1 ? undefined : `one in ${readableNumber(keys)}` },
  },
  {
    name: "history_contradicting_keys",
    kind: "count",
    of: ({ history }) => history?.contradicting,
    column: { section: HISTORY, label: "keys that contradict themselves", omitZeros: true },
  },
  {
    name: "history_undecided_keys",
    kind: "count",
    of: ({ history }) => history?.undecided,
    phrase: {
      line: "history",
      text: (keys) => keys === 0 ? undefined : `${readableCount(keys, "key")} undecided for want of memory`,
    },
  },
  {
    name: "history_judged",
    kind: "duration",
    of: ({ history }) => history?.judgedMs,
    phrase: { line: "history", text: (ms) => `in ${readableDuration(ms)}` },
  },
];

/** The figures of what the load threads wait for, by the name of the wait: its total, and its share of their time. */
export function blockedFigures(wait: string): FigureRow[] {
  const sum = (threads: readonly ThreadResult[]) => threads.reduce((sum, { blocked }) => sum + (blocked[wait] ?? 0), 0);
  const share = (threads: readonly ThreadResult[]) => {
    const runtimeMs = threads.reduce((sum, { runtimeMs }) => sum + runtimeMs, 0);
    return runtimeMs > 0 ? sum(threads) / runtimeMs : 0;
  };
  return [
    { name: `blocked_on_${wait}`, kind: "duration", of: ({ threads }) => sum(threads) },
    {
      name: waitShareName(wait),
      kind: "share",
      of: ({ threads }) => share(threads),
      column: { section: "blocked", label: `on ${wait}`, omitZeros: true },
    },
  ];
}

/** The name of the figure of a wait's share of the threads' time. */
export function waitShareName(wait: string): string {
  return `blocked_on_${wait}_share`;
}

/** The wait that a figure of {@linkcode blockedFigures} is of, by its name in the JSON result. */
export function waitOf(name: string): string | undefined {
  return /^blocked_on_(\w+)_(?:sec|share)$/.exec(name)?.[1];
}

/** The labels of the latencies that decide, in the tables of several runs. */
const LATENCY_LABELS: Readonly<Record<string, string>> = { p50: "p50", p99: "p99", p999: "p99.9", max: "max" };

/**
 * The latencies of each kind of operation, such as `read_latency_p99`. Those that count from the actual start in an
 * open loop are left out of the tables.
 */
export const LATENCY_FIGURES: readonly FigureRow[] = OPERATION_NAMES.flatMap((operation) =>
  LATENCY_KINDS.flatMap((kind) =>
    LATENCY_STATISTICS.map(({ name, of }): FigureRow => {
      const label = kind === "latency" ? LATENCY_LABELS[name] : undefined;
      return {
        name: latencyName(operation, kind, name),
        kind: "duration",
        of: ({ operations }) => {
          const own = operations.find((result) => result.operation === operation);
          const latency = kind === "latency" ? own?.latency : own?.uncorrectedLatency;
          return latency && of(latency);
        },
        ...(label === undefined ? {} : { column: { section: latencySection(operation), label } }),
      };
    })
  )
);

function latencySection(operation: string): string {
  return `${operationName(operation)} latency`;
}

/** The sections of these figures in the tables of several runs, in order. */
export const LOAD_SECTIONS: readonly string[] = [
  RATES,
  SCANS,
  ...OPERATION_NAMES.map(latencySection),
  "blocked",
  HISTORY,
];
