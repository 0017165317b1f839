/**
 * Estimates how long a run will take, before one has been seen. Pure.
 *
 * @module
 */
import type { RunOptions } from "../run/run_options.ts";

/** From the start of the process to the start of its load, and from the end of the load to the end of the process. */
const AROUND_MS = 900;
/** For each preloaded record, including writing it to its file. */
const PRELOAD_MS_PER_KEY = 0.003;
/** For loads ended by a number of operations: any policy that does not sync does more per second. */
const OPS_PER_MS = 100;

/** How long a run will take, start and end included, in milliseconds. */
export function estimateRunMs({ loadTimeMs, warmupMs = 0, ops, workload }: RunOptions): number {
  const loadMs = ops === undefined ? loadTimeMs : ops / OPS_PER_MS;
  const preloadMs = workload.kind === "mix" && workload.preload ? workload.keyCount * PRELOAD_MS_PER_KEY : 0;
  return AROUND_MS + warmupMs + loadMs + preloadMs;
}

/**
 * How long it takes to kill a configuration the given number of times, each at a random moment of the load, in
 * milliseconds.
 */
export function estimateKillsMs(options: RunOptions, kills: number): number {
  // Half of the load on average, plus reading the directory again, which takes about as long as filling it.
  return kills * (estimateRunMs({ ...options, warmupMs: 0 }) - options.loadTimeMs / 2) + AROUND_MS;
}
