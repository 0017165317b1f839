/**
 * How long a run will take, before one has been seen. Pure.
 *
 * @module
 */
import type { RunOptions } from "../run/run_options.ts";

/** From the start of the process to the start of its load, and from the load's end to that of the process. */
const AROUND_MS = 900;
/** A record that is put before the load, and written to its file. */
const PRELOAD_MS_PER_KEY = 0.003;
/** Operations that end a load rather than time: fewer per second than any policy does that does not sync. */
const OPS_PER_MS = 100;

/** How long a run will take with all that belongs to it, in milliseconds. */
export function estimateRunMs({ loadTimeMs, warmupMs = 0, ops, workload }: RunOptions): number {
  const loadMs = ops === undefined ? loadTimeMs : ops / OPS_PER_MS;
  const preloadMs = workload.kind === "mix" && workload.preload ? workload.keyCount * PRELOAD_MS_PER_KEY : 0;
  return AROUND_MS + warmupMs + loadMs + preloadMs;
}

/** How long it takes to kill a configuration so often, each time at a random moment of the load, in milliseconds. */
export function estimateKillsMs(options: RunOptions, kills: number): number {
  // Half of the load on average, and the directory read again: about as long as it took to fill it.
  return kills * (estimateRunMs({ ...options, warmupMs: 0 }) - options.loadTimeMs / 2) + AROUND_MS;
}
