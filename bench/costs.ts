/**
 * Measures what measuring costs, and what large stores and open loops reach. Prints a Markdown table; run it with `deno
 * task costs`.
 *
 * Each row compares two runs that alternate. Its ratio is the median of the pairs' ratios, so that the comparison stays
 * fair on a machine whose speed drifts.
 *
 * @module
 */
import type { FileBackendOptions } from "../lib/backend/backend.ts";
import type { MixOptions } from "../lib/load/workload.ts";
import type { PersistencePolicy } from "../lib/persist/policy/policies.ts";
import type { RunOptions } from "../lib/run/run_options.ts";
import { type RunResult, totals } from "../lib/run/run_result.ts";
import { run } from "../lib/run/runner.ts";

/** Many short runs tell small differences from the machine's noise better than a few long ones. */
const PAIRS = 21;
/** Filling ten million records takes longer than the load. */
const PAIRS_OF_LARGE_STORES = 3;

const MEMORY: RunOptions = {
  threads: 2,
  loadTimeMs: 500,
  warmupMs: 300,
  pattern: "unthrottled",
  workload: { kind: "seed" },
  seed: 1,
  backend: { kind: "memory" },
};

const OPEN_LOOPS = 7;
const RATE = 10_000;

const LATENCY_SAMPLE = 256;

function workloadB(keyCount: number): MixOptions {
  return {
    kind: "mix",
    name: "b",
    shares: [0.95, 0.05, 0, 0],
    keyCount,
    keyCountMax: keyCount,
    keyBytes: 16,
    valueBytesMin: 100,
    valueBytesMax: 100,
    compressible: 1,
    distribution: "zipfian",
    zipfTheta: 0.99,
    preload: true,
  };
}

/** What the log layout is compared with: half reads and half updates of a million records, by one thread. */
const MEMORY_OF_A_MILLION: RunOptions = {
  ...MEMORY,
  threads: 1,
  loadTimeMs: 1000,
  workload: { ...workloadB(1_000_000), name: "a", shares: [0.5, 0.5, 0, 0], distribution: "uniform" },
};
const PAIRS_OF_LOGS = 5;

const LOG_POLICIES: readonly { what: string; files: number; policy: PersistencePolicy }[] = [
  { what: "128 logs, --flush-period-us=50000", files: 128, policy: { kind: "periodic", flushPeriodUs: 50_000 } },
  {
    what: "128 logs, --queue-depth=8192",
    files: 128,
    policy: { kind: "asynchronous", queueDepth: 8192, queueMemoryBytes: 256 * 2 ** 20 },
  },
  { what: "a log, --commit-delay-us=0", files: 1, policy: { kind: "commit", commitDelayUs: 0 } },
];

function logs(fileCount: number, policy: PersistencePolicy): FileBackendOptions {
  return {
    kind: "file",
    fileCount,
    serializer: "json",
    policy,
    layout: { kind: "log", logBytes: 4 * 2 ** 20, pendingBytes: 256 * 2 ** 20 },
    sync: "none",
  };
}

/** Runs both in alternation, and returns the median rates and the median ratio. */
async function compare(one: RunOptions, other: RunOptions, pairs: number) {
  const rates: [number, number][] = [];
  let last: RunResult | undefined;
  for (let pair = 0; pair < pairs; pair++) {
    last = await run(one);
    rates.push([totals(last.threads).opsPerSec, totals((await run(other)).threads).opsPerSec]);
  }
  return {
    one: median(rates.map(([rate]) => rate)),
    other: median(rates.map(([, rate]) => rate)),
    ratio: median(rates.map(([a, b]) => a / b)),
    last,
  };
}

/** Runs an open loop repeatedly, and returns the medians of the rate reached and of the 99th percentiles. */
async function openLoops() {
  const loops = [];
  for (let i = 0; i < OPEN_LOOPS; i++) {
    const { rate, operations } = await run({ ...MEMORY, loadTimeMs: 2000, ratePerSec: RATE, latencySample: 1 });
    const correctedMs = Math.max(...operations.map(({ latency }) => latency?.p99Ms ?? 0));
    loops.push({ reachedPerSec: rate?.reachedPerSec ?? NaN, correctedMs, timerMs: rate?.timerLateP99Ms ?? NaN });
  }
  return {
    reachedPerSec: median(loops.map(({ reachedPerSec }) => reachedPerSec)),
    correctedMs: median(loops.map(({ correctedMs }) => correctedMs)),
    timerMs: median(loops.map(({ timerMs }) => timerMs)),
    ratio: median(loops.map(({ correctedMs, timerMs }) => correctedMs / timerMs)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function row(what: string, one: string, other: string, ratio: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`| ${what} | ${one} | ${other} | ${ratio} |\n`));
}

function rate(value: number): string {
  return `${Math.round(value).toLocaleString("en-US")}/s`;
}

if (import.meta.main) {
  row("what", "with", "without", "ratio");
  row("---", "---", "---", "---");
  const timed = { ...MEMORY, latencySample: LATENCY_SAMPLE };
  const sampling = await compare(timed, MEMORY, PAIRS);
  row("latency of every 256th operation", rate(sampling.one), rate(sampling.other), sampling.ratio.toFixed(3));
  const series = await compare({ ...timed, intervalMs: 100 }, timed, PAIRS);
  row("a series of 100 ms", rate(series.one), rate(series.other), series.ratio.toFixed(3));

  const large = { ...MEMORY, workload: workloadB(10_000_000) };
  const small = { ...MEMORY, workload: workloadB(65_536) };
  const keys = await compare(large, small, PAIRS_OF_LARGE_STORES);
  row("workload B: 10 M records, and 65,536", rate(keys.one), rate(keys.other), keys.ratio.toFixed(3));
  const { preload } = keys.last ?? {};
  if (preload !== undefined) {
    row("preload of 10 M records", rate(preload.keys / (preload.durationMs / 1000)), "", "");
  }

  for (const { what, files, policy } of LOG_POLICIES) {
    const logged = { ...MEMORY_OF_A_MILLION, backend: logs(files, policy) };
    const { one, other, ratio } = await compare(logged, MEMORY_OF_A_MILLION, PAIRS_OF_LOGS);
    row(`${what}: 1 M records, and memory`, rate(one), rate(other), ratio.toFixed(3));
  }

  const open = await openLoops();
  row(
    "--rate=10k: reached, and asked for",
    rate(open.reachedPerSec),
    rate(RATE),
    (open.reachedPerSec / RATE).toFixed(3),
  );
  const us = (ms: number) => `${(ms * 1000).toFixed(0)} µs`;
  row("p99 corrected, and of an idle loop", us(open.correctedMs), us(open.timerMs), open.ratio.toFixed(3));
  Deno.exit(0);
}
