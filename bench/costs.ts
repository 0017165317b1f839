/**
 * The costs: what measuring costs, and what large stores and open loops reach. Prints a Markdown table; `deno task
 * costs` runs it.
 *
 * Each row compares two runs that alternate, and its ratio is the median of the pairs' ratios, so that a machine whose
 * speed drifts still gives a fair comparison.
 *
 * @module
 */
import type { MixOptions } from "../lib/load/workload.ts";
import type { RunOptions } from "../lib/run/run_options.ts";
import { type RunResult, totals } from "../lib/run/run_result.ts";
import { run } from "../lib/run/runner.ts";

/** Many short runs tell small differences from the machine's moods better than few long ones. */
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
    distribution: "zipfian",
    zipfTheta: 0.99,
    preload: true,
  };
}

/** Runs both, again and again, and gives the rates' medians and their ratio's. */
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

/** An open loop, again and again: the medians of the rate reached and of the 99th percentiles. */
async function openLoops() {
  const loops = [];
  for (let i = 0; i < OPEN_LOOPS; i++) {
    const { rate, operations } = await run({ ...MEMORY, loadTimeMs: 2000, ratePerSec: RATE, latencySample: 1 });
    const correctedMs = Math.max(...(operations ?? []).map(({ latency }) => latency?.p99Ms ?? 0));
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
