/**
 * Failovers: what an engine offers if its replicas can take over.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";

/** How to kill a primary. */
export interface FailoverKill {
  /** Chooses which one: a whole number, taken modulo their count. */
  readonly choice: number;
  /**
   * How long before the kill the replicas that could take over receive nothing, as on a slow network, in milliseconds.
   */
  readonly lagMs: number;
}

/** A primary that has been killed. */
export interface KilledPrimary {
  /** In milliseconds of `performance.now()`. */
  readonly killedAtMs: number;
  /** Whether the key's writes went to it. */
  had(key: PaddedBytes): boolean;
  /**
   * Waits until a replica has taken over, and then makes the killed node a replica again, so that the next one can be
   * killed.
   *
   * @returns when a replica had taken over, in milliseconds of `performance.now()`
   * @throws {EngineError} when none does
   */
  restore(): Promise<number>;
}

/** Kills primaries, one at a time. */
export interface Failover {
  /** @throws {EngineError} when there is no primary that could be killed, or no replica that could take over */
  kill(kill: FailoverKill): Promise<KilledPrimary>;
}
