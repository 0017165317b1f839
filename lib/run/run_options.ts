/**
 * The run's options: one validated object that says what a run does. The command line makes it; it cannot be invalid.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import type { PatternName } from "../load/pattern.ts";
import type { WorkloadOptions } from "../load/workload.ts";
import type { WitnessOptions } from "../persist/witness.ts";

/** One run: its load and the backend under it. */
export interface RunOptions {
  /** Number of load workers. */
  readonly threads: number;
  /** How long the load runs, in milliseconds. */
  readonly loadTimeMs: number;
  /** How many operations all threads do together, where that ends the load rather than the time. */
  readonly ops?: number;
  /** How long the load runs before it is measured, in milliseconds; not at all when absent. */
  readonly warmupMs?: number;
  readonly workload: WorkloadOptions;
  /** The waits of a closed loop: each thread begins an operation when the one before has ended, and it has waited. */
  readonly pattern: PatternName;
  /**
   * Operations per second that all threads together begin, where the loop is open: each has an intended start, whether
   * the one before has ended or not. The pattern is then unthrottled.
   */
  readonly ratePerSec?: number;
  /** The latency of every so many operations of a thread is measured; of none when absent. */
  readonly latencySample?: number;
  /** Time from one row of the series to the next, in milliseconds; there is no series when absent. */
  readonly intervalMs?: number;
  /** Seeds the operations: the same seed gives each thread the same operations. An integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /** Where its threads leave what they have done, out of SIGKILL's reach; each put of a mix can then be told apart. */
  readonly witness?: WitnessOptions;
  readonly backend: BackendOptions;
}
