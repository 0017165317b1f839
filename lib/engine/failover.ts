/**
 * Failovers: what an engine offers if its replicas can take over.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";

/** What can happen to a primary, in the order shown to users. */
export const FAULT_NAMES = ["kill", "pause", "partition"] as const;

export type FaultName = typeof FAULT_NAMES[number];

/** How failovers are brought about. */
export interface FailoverOptions {
  /**
   * `kill`: its process is killed. `pause`: its process is stopped, as by a machine that hangs, until a replica has
   * taken over; then it goes on, with all that clients have sent to it meanwhile. `partition`: it is cut off from the
   * other servers, but not from its clients, until a replica has taken over.
   */
  readonly fault: FaultName;
  /**
   * How long before the fault the replicas that could take over receive nothing, as on a slow network, in milliseconds.
   */
  readonly lagMs: number;
}

/** What happens to which primary. */
export interface PrimaryFault extends FailoverOptions {
  /** Chooses the primary: a whole number, taken modulo their count. */
  readonly choice: number;
}

/** A primary that has failed. */
export interface FailedPrimary {
  /** In milliseconds of `performance.now()`. */
  readonly failedAtMs: number;
  /** Whether the key's writes went to it. */
  had(key: PaddedBytes): boolean;
  /**
   * Waits until a replica has taken over, and then makes the failed node a replica again, so that the next one can
   * fail.
   *
   * @returns when a replica had taken over, in milliseconds of `performance.now()`
   * @throws {EngineError} when none does
   */
  restore(): Promise<number>;
}

/** Makes primaries fail, one at a time. */
export interface Failover {
  /** @throws {EngineError} when there is no primary that could fail, or no replica that could take over */
  fail(fault: PrimaryFault): Promise<FailedPrimary>;
}
