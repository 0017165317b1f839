/**
 * Turns what the load meter and the load workers report into the load's part of a result.
 *
 * @module
 */
import { HITS, type LoadMeter, SCANNED, type ThreadMeter } from "../load/load_meter.ts";
import type { LoadWorkerResult } from "../load/load_worker.ts";
import { OPERATIONS } from "../load/operation.ts";
import { type BucketCounts, NS_PER_MS } from "../metrics/histogram.ts";
import { percentilesOf, summarize, type Summary } from "../metrics/summaries.ts";
import {
  type LatencySummary,
  type OperationResult,
  type PhaseResult,
  type PreloadResult,
  type RateResult,
  type ThreadResult,
  totals,
} from "./run_result.ts";
import { rateOf, type RunOptions } from "./run_options.ts";
import { given } from "../option/given.ts";

/** What {@linkcode loadResult} works with. */
interface LoadResultParts {
  readonly options: RunOptions;
  readonly meter: LoadMeter;
  readonly workers: readonly LoadWorkerResult[];
  readonly phases: readonly PhaseResult[];
}

/** The part of a result that every backend has. */
export function loadResult({ options, meter, workers, phases }: LoadResultParts) {
  const { latencySample } = options;
  const ratePerSec = rateOf(options);
  const latencies = latencySample !== undefined;
  const threads = threadResults(meter, workers);
  const { counts } = meter;
  const preload = preloadResult(counts.preloaded, phases);
  return {
    threads,
    counts,
    phases,
    operations: operationResults(meter, { latencies, uncorrected: latencies && ratePerSec !== undefined }),
    ...given({ preload }),
    ...(ratePerSec === undefined ? {} : { rate: rateResult(meter, { ratePerSec, ...totals(threads) }) }),
  };
}

/** What was put before the load. */
function preloadResult(keys: number, phases: readonly PhaseResult[]): PreloadResult | undefined {
  const preload = phases.find(({ phase }) => phase === "preload");
  return preload && { keys, durationMs: preload.durationMs };
}

/** The results of each thread. */
function threadResults(meter: LoadMeter, workers: readonly LoadWorkerResult[]): ThreadResult[] {
  return meter.threads.map(({ counts }, thread) => {
    const { runtimeMs, blocked } = workers[thread]!;
    return { thread, runtimeMs, ...threadCounts(counts), blocked };
  });
}

/** The operations of one thread, or the sums of several. */
export function threadCounts(counts: Float64Array): Pick<ThreadResult, "ops" | "reads" | "writes" | "hits"> {
  let ops = 0, reads = 0, writes = 0;
  for (const [kind, operation] of OPERATIONS.entries()) {
    const count = counts[kind]!;
    ops += count;
    if (operation.reads) reads += count;
    if (operation.writes) writes += count;
  }
  return { ops, reads, writes, hits: counts[HITS]! };
}

/** The kinds of operations that the load had, with their latencies if measured. */
function operationResults(
  { threads }: LoadMeter,
  measured: { latencies: boolean; uncorrected: boolean },
): OperationResult[] {
  const results: OperationResult[] = [];
  for (const [kind, { name: operation, needsOrder }] of OPERATIONS.entries()) {
    const count = sum(threads, kind);
    if (count === 0) continue;
    const latencyCounts = threads.map(({ latencies }) => latencies[kind]!);
    const uncorrectedCounts = threads.map(({ uncorrectedLatencies }) => uncorrectedLatencies[kind]!);
    const latency = measured.latencies ? latencySummary(latencyCounts) : undefined;
    const uncorrectedLatency = measured.uncorrected ? latencySummary(uncorrectedCounts) : undefined;
    results.push({
      operation,
      count,
      ...(needsOrder ? { records: sum(threads, SCANNED) } : {}),
      ...(latency === undefined ? {} : { latency, latencyCounts }),
      ...given({ uncorrectedLatency }),
    });
  }
  return results;
}

/** How well the open loop kept its rate. */
function rateResult(
  meter: LoadMeter,
  { ratePerSec, opsPerSec }: { ratePerSec: number; opsPerSec: number },
): RateResult {
  const timerLate = summarize(meter.threads.map(({ timerLate }) => timerLate));
  return {
    askedPerSec: ratePerSec,
    // The first operation begins at once, so a short load has one more than its time has room for.
    reachedPerSec: Math.min(opsPerSec, ratePerSec),
    ...(timerLate === undefined
      ? {}
      : { timerLateP50Ms: timerLate.p50 / NS_PER_MS, timerLateP99Ms: timerLate.p99 / NS_PER_MS }),
  };
}

/** A summary of histograms of latencies in nanoseconds; `undefined` if they are empty. */
function latencySummary(counts: readonly BucketCounts[]): LatencySummary | undefined {
  const summary = summarize(counts);
  if (summary === undefined) return undefined;
  const percentiles = percentilesOf(counts).map(({ percent, value }) => ({ percent, latencyMs: value / NS_PER_MS }));
  return { ...inMilliseconds(summary), percentiles };
}

/** Converts a summary from nanoseconds to milliseconds. */
export function inMilliseconds({ count, min, mean, p50, p90, p99, p999, max }: Summary): LatencySummary {
  return {
    count,
    minMs: min / NS_PER_MS,
    meanMs: mean / NS_PER_MS,
    p50Ms: p50 / NS_PER_MS,
    p90Ms: p90 / NS_PER_MS,
    p99Ms: p99 / NS_PER_MS,
    p999Ms: p999 / NS_PER_MS,
    maxMs: max / NS_PER_MS,
  };
}

function sum(threads: readonly ThreadMeter[], index: number): number {
  return threads.reduce((total, { counts }) => total + counts[index]!, 0);
}
