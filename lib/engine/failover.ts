/**
 * Failovers: what an engine offers whose copies take over from each other.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";

/** How one that serves writes is killed. */
export interface FailoverKill {
  /** Chooses which one: a whole number, taken modulo their count. */
  readonly choice: number;
  /** For so long before the kill the copies that could take over get nothing more, as a slow network would have it, in ms. */
  readonly lagMs: number;
}

/** One that has been killed. */
export interface KilledPrimary {
  /** In milliseconds of `performance.now()`. */
  readonly killedAtMs: number;
  /** Whether it was the one that the key's writes went to. */
  had(key: PaddedBytes): boolean;
  /**
   * Waits until a copy has taken over, and then has the killed one stand by as a copy again, so that the next can be killed.
   *
   * @returns when a copy had taken over, in milliseconds of `performance.now()`
   * @throws {EngineError} when none does
   */
  restore(): Promise<number>;
}

/** Kills those that serve writes, one at a time. */
export interface Failover {
  /** @throws {EngineError} when there is none that could be killed, or no copy that could take over */
  kill(kill: FailoverKill): Promise<KilledPrimary>;
}
