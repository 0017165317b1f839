/**
 * The result of failovers, as plain data for the reports.
 *
 * @module
 */
import type { Loss } from "../engine/promises.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { StopSignal } from "../run/run_result.ts";

/** What one failover cost. */
export interface FailoverRound {
  /** From 1. */
  readonly kill: number;
  readonly acknowledged: number;
  readonly recovered: number;
  /** Acknowledged writes that were gone, and records that had lost what was found before. */
  readonly lost: number;
  /** How long before the kill the oldest lost write was acknowledged, in milliseconds; 0 if none is lost. */
  readonly oldestLostMs: number;
  /** Refused writes that were there all the same. */
  readonly neverAcknowledged: number;
  /** Lost writes whose lane has a later write that survived. */
  readonly holes: number;
  /** Writes that failed, from the kill on. */
  readonly refused: number;
  /** From the kill until a replica had taken over, in milliseconds. */
  readonly takeoverMs: number;
  /**
   * From the kill until a write to one of the killed node's keys that began after it was acknowledged, in milliseconds.
   */
  readonly unavailableMs: number;
  /** Whether no more was lost than a failover may lose. */
  readonly held: boolean;
}

/** What all failovers cost. */
export interface FailoverResult {
  readonly options: RunOptions;
  /** How long replicas were stopped before each kill, in milliseconds. */
  readonly lagMs: number;
  /** What a failover may lose, according to the engine's own documentation. */
  readonly promise: Loss;
  readonly rounds: readonly FailoverRound[];
  /** The signal that ended the command early, if one did. */
  readonly stoppedBy?: StopSignal;
}

/** Whether no failover lost more than it may. */
export function allFailoversHeld({ rounds }: FailoverResult): boolean {
  return rounds.every(({ held }) => held);
}
