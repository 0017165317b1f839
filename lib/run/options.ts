/**
 * Room of the run's options: one validated object that says what a run does. The command line makes it; it cannot be
 * invalid.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import type { PatternName } from "../load/pattern.ts";
import type { WorkloadOptions } from "../load/workload.ts";

/** One run: its load and the backend under it. */
export interface RunOptions {
  /** Number of load workers. */
  readonly threads: number;
  /** How long the load runs, in milliseconds. */
  readonly loadTimeMs: number;
  readonly workload: WorkloadOptions;
  readonly pattern: PatternName;
  /** Seeds the operations: the same seed gives each thread the same operations. An integer from 0 to 2^32 - 1. */
  readonly seed: number;
  readonly backend: BackendOptions;
}
