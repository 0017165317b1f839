/**
 * The crash command's result, as plain data for the reports.
 *
 * @module
 */
import type { RunOptions } from "../run/run_options.ts";
import type { StopSignal } from "../run/run_result.ts";

/** What one kill cost. All writes are puts of that child. */
export interface KillResult {
  /** From 1. */
  readonly kill: number;
  /** Whether the child was killed while it loaded or started its workers, or in the middle of the load. */
  readonly during: "start" | "load";
  /** How long the load had run, in milliseconds. */
  readonly loadMs: number;
  readonly acknowledged: number;
  /** Acknowledged writes that were there afterwards, or overwritten by one that was. */
  readonly recovered: number;
  /** Acknowledged writes that were gone; with a shard's last sound file, also all that earlier children had put there. */
  readonly lost: number;
  /** How long before the kill the oldest lost write had been acknowledged, in milliseconds; 0 when none is lost. */
  readonly oldestLostMs: number;
  /** Writes that were there although the kill came before their acknowledgement. */
  readonly neverAcknowledged: number;
  /** Lost writes of threads of which a later write survived. */
  readonly holes: number;
  /** Shards that had files, but no sound one. */
  readonly tornShards: number;
  /** Damaged files of shards that had another, sound one. */
  readonly damagedSpares: number;
  /** What the gauge said would be lost: applied by the latest acknowledgement, less what the ledger called written. */
  readonly gauge: number;
  /** Whether nothing was torn, and no more was lost than the gauge said and the policy promises. */
  readonly held: boolean;
  /** How long it took to read the directory again, in milliseconds. */
  readonly recoveryMs: number;
}

/** What all kills cost. */
export interface CrashResult {
  readonly options: RunOptions;
  readonly kills: readonly KillResult[];
  /** The signal that ended the command early, if one did. */
  readonly stoppedBy?: StopSignal;
}

/** Whether the gauge held and nothing was torn, every time. */
export function allHeld({ kills }: CrashResult): boolean {
  return kills.every(({ held, tornShards }) => held && tornShards === 0);
}
