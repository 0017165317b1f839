/**
 * The crash command's result, as plain data for the reports.
 *
 * @module
 */
import type { Promises } from "../engine/promises.ts";
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
  /** Why the store could not be opened again, where that was so; it then counts as torn. */
  readonly unreadable?: string;
  /** Damaged files of shards that had another, sound one. */
  readonly damagedSpares: number;
  /**
   * What the gauge said would be lost: applied by the latest acknowledgement, less what the ledger called written, or synced
   * where the power was cut. Only our own backends have one.
   */
  readonly gauge?: number;
  /** Whether no more was lost than the gauge said and the backend promises. */
  readonly held: boolean;
  /** How long it took to read the directory again, in milliseconds. */
  readonly recoveryMs: number;
}

/** What all kills cost. */
export interface CrashResult {
  readonly options: RunOptions;
  /** Which of the promises the failures are held against. */
  readonly failure: keyof Promises;
  readonly promises: Promises;
  readonly kills: readonly KillResult[];
  /** The signal that ended the command early, if one did. */
  readonly stoppedBy?: StopSignal;
}

/** Whether the gauge and the promise held every time, and nothing was torn unless that may be. */
export function allHeld({ kills, failure, promises }: CrashResult): boolean {
  const mayTear = promises[failure]?.mayTear ?? false;
  return kills.every(({ held, tornShards }) => held && (tornShards === 0 || mayTear));
}
