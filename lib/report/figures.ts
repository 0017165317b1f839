/**
 * The figures of a run: its measured values under stable names, in the order shown. All reports take them from here, so
 * a figure added here appears in all of them under the same name.
 *
 * @module
 */
import { meanPutBytes } from "../load/put_size.ts";
import type { LatencySummary } from "../run/measurements.ts";
import { perSecond, type RunResult, totals } from "../run/run_result.ts";
import type { Figure } from "./figure.ts";
import { fileFigures } from "./file_figures.ts";

/** All figures of a run: those of the load, then the latencies. */
export function figures(result: RunResult): Figure[] {
  return [...loadFigures(result), ...latencyFigures(result)];
}

/**
 * The figures of a run except the latencies: first the seed's four, then the counts behind them and what slowed the
 * load down, then, for the file backend, the drain and the files.
 */
export function loadFigures(result: RunResult): Figure[] {
  const { ops, reads, writes, hits, runtimeMs, opsPerSec, averageOpsPerSec } = totals(result.threads);
  const putBytes = writes * meanPutBytes(result.options.workload);
  return [
    { name: "total_ops", kind: "count", value: ops },
    { name: "total_runtime", kind: "duration", value: runtimeMs },
    { name: "total_ops_per_sec", kind: "rate", value: opsPerSec },
    { name: "average_ops_per_sec", kind: "rate", value: averageOpsPerSec },
    { name: "reads", kind: "count", value: reads },
    { name: "writes", kind: "count", value: writes },
    { name: "hits", kind: "count", value: hits },
    ...rateFigures(result),
    ...waitFigures(result),
    ...blockedFigures(result),
    ...preloadFigures(result),
    ...(result.file === undefined ? [] : fileFigures(result.file, { ops, writes, putBytes, runtimeMs })),
  ];
}

/** The latencies of each kind of operation that the load had, such as `read_latency_p99`. */
function latencyFigures({ operations = [] }: RunResult): Figure[] {
  return operations.flatMap(({ operation, latency, uncorrectedLatency }) => [
    ...(latency === undefined ? [] : summaryFigures(`${operation}_latency`, latency)),
    ...(uncorrectedLatency === undefined ? [] : summaryFigures(`${operation}_uncorrected_latency`, uncorrectedLatency)),
  ]);
}

function summaryFigures(name: string, latency: LatencySummary): Figure[] {
  return [
    { name: `${name}_min`, kind: "duration", value: latency.minMs },
    { name: `${name}_mean`, kind: "duration", value: latency.meanMs },
    { name: `${name}_p50`, kind: "duration", value: latency.p50Ms },
    { name: `${name}_p90`, kind: "duration", value: latency.p90Ms },
    { name: `${name}_p99`, kind: "duration", value: latency.p99Ms },
    { name: `${name}_p999`, kind: "duration", value: latency.p999Ms },
    { name: `${name}_max`, kind: "duration", value: latency.maxMs },
  ];
}

function rateFigures({ rate }: RunResult): Figure[] {
  if (rate === undefined) return [];
  const { timerLateP50Ms, timerLateP99Ms } = rate;
  return [
    { name: "rate_asked", kind: "rate", value: rate.askedPerSec },
    { name: "rate_reached", kind: "rate", value: rate.reachedPerSec },
    { name: "missed_starts", kind: "count", value: rate.missedStarts },
    ...durations({ timer_late_p50: timerLateP50Ms, timer_late_p99: timerLateP99Ms }),
  ];
}

function waitFigures({ wait }: RunResult): Figure[] {
  return durations({ wait_asked_mean: wait?.askedMeanMs, wait_mean: wait?.meanMs });
}

/** For each wait that the backend has: its total over the threads, and its share of the threads' time. */
function blockedFigures({ threads }: RunResult): Figure[] {
  const runtimeMs = threads.reduce((sum, { runtimeMs }) => sum + runtimeMs, 0);
  return Object.keys(threads[0]?.blocked ?? {}).flatMap((name): Figure[] => {
    const ms = threads.reduce((sum, { blocked }) => sum + (blocked[name] ?? 0), 0);
    return [
      { name: `blocked_on_${name}`, kind: "duration", value: ms },
      { name: `blocked_on_${name}_share`, kind: "share", value: runtimeMs > 0 ? ms / runtimeMs : 0 },
    ];
  });
}

function preloadFigures({ preload, phases = [] }: RunResult): Figure[] {
  if (preload === undefined) return [];
  const flush = phases.find(({ phase }) => phase === "preload_flush");
  return [
    { name: "preload_keys", kind: "count", value: preload.keys },
    { name: "preload", kind: "duration", value: preload.durationMs },
    { name: "preload_keys_per_sec", kind: "rate", value: perSecond(preload.keys, preload.durationMs) },
    ...durations({ preload_flush: flush?.durationMs }),
  ];
}

/** The durations that are present, in milliseconds. */
function durations(values: Readonly<Record<string, number | undefined>>): Figure[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, kind: "duration", value }]
  );
}
