/**
 * The outcome of a run as the planner sees it: plain numbers, however they were measured.
 *
 * @module
 */

/** A run at a rate. */
export interface Trial {
  readonly ratePerSec: number;
  /** Whether it answered within the limit. */
  readonly isWithin: boolean;
}

/** A run that has ended, successfully or not. */
export interface Outcome {
  /** The configuration's `id`. */
  readonly configuration: string;
  /** From 1. Within a round, each configuration runs at most once. */
  readonly round: number;
  /** Absent if the run failed. */
  readonly measured?: {
    readonly opsPerSec: number;
    /** What a crash would have lost, in the sweep's unit; Infinity if unbounded or unknown. */
    readonly loss: number;
    /** Absent for a closed loop. */
    readonly trial?: Trial;
  };
}

/** What is to be told apart. */
export interface Space {
  /** The `id`s of the configurations; the first is the baseline, which runs in every round. */
  readonly configurations: readonly string[];
  /** Seed of the order of the runs: an integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /** How often every configuration runs before it may drop out. */
  readonly roundsMin: number;
  /** What is compared: how fast each can be, or which rate each keeps up within a limit on its latency. */
  readonly speed: "throughput" | "rate";
  /** The limits that the answers are about, in the sweep's unit. */
  readonly limits: readonly number[];
}
