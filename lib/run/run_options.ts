/**
 * The options of a run: one validated object, built from the command line, that cannot be invalid.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import type { PatternName } from "../load/pattern.ts";
import type { WorkloadOptions } from "../load/workload.ts";
import type { WitnessOptions } from "../persist/witness.ts";

/** A load and its backend. */
export interface RunOptions {
  /** Number of load workers. */
  readonly threads: number;
  /** How long the load runs, in milliseconds. */
  readonly loadTimeMs: number;
  /** How many operations all threads do together, if that ends the load rather than the time. */
  readonly ops?: number;
  /** How long the load runs before it is measured, in milliseconds; no warm-up if absent. */
  readonly warmupMs?: number;
  readonly workload: WorkloadOptions;
  /**
   * The waits of a closed loop: each thread begins an operation when the one before has ended and the thread has
   * waited.
   */
  readonly pattern: PatternName;
  /**
   * Operations per second that all threads together begin in an open loop: each has an intended start, whether or not
   * the one before has ended. The pattern is then unthrottled.
   */
  readonly ratePerSec?: number;
  /** One operation of a thread in this many is timed; none if absent. */
  readonly latencySample?: number;
  /** Time from one row of the series to the next, in milliseconds; no series if absent. */
  readonly intervalMs?: number;
  /** Seeds the operations: the same seed gives each thread the same operations. An integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /**
   * Where the threads record what they have done, beyond the reach of SIGKILL; each put of a mix can then be told
   * apart.
   */
  readonly witness?: WitnessOptions;
  /**
   * What the history of the run is judged by, if it is: values then identify their puts, and every operation on a key
   * is recorded. Not for the seed's workload as it is.
   */
  readonly check?: CheckName;
  readonly backend: BackendOptions;
}

/** What a history can be judged by. */
export const CHECK_NAMES = ["linearizability"] as const;

export type CheckName = typeof CHECK_NAMES[number];
