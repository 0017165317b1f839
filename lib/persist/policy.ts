/**
 * Room of the persistence policies: when an acknowledged put reaches the file system, and who writes it there.
 * Anyone above may enter; a policy is plain data.
 *
 * @module
 */

/** A put touches memory; when `periodMs` has passed since the shard's last write, it also writes the shard's file. */
export interface SynchronousPolicy {
  readonly kind: "synchronous";
  /** Least time between two writes of one shard, in milliseconds. */
  readonly periodMs: number;
}

/** A put touches memory, then queues a snapshot of its shard for the file worker; a full queue blocks it. */
export interface AsynchronousPolicy {
  readonly kind: "asynchronous";
  /** Bound on queued snapshots. */
  readonly queueDepth: number;
  /** Bound on the bytes of queued snapshots. */
  readonly queueMemoryBytes: number;
}

/** A put touches memory only; every `periodMs` the file worker writes each shard that has changed. */
export interface PeriodicPolicy {
  readonly kind: "periodic";
  /** Time from the start of one sweep to the start of the next, in milliseconds. */
  readonly periodMs: number;
}

/** How a file backend trades the risk of losing acknowledged puts against speed. */
export type PersistencePolicy = SynchronousPolicy | AsynchronousPolicy | PeriodicPolicy;

/** The names of the replacement strategies, in the order shown to users. */
export const REPLACE_NAMES = ["rename", "alternate", "in-place"] as const;

/** How a snapshot takes the place of the one before it. */
export type ReplaceName = typeof REPLACE_NAMES[number];

/** The names of the sync levels, in the order shown to users. */
export const SYNC_NAMES = ["none", "data", "full"] as const;

/** What is synced to the device before a snapshot counts as durable: nothing, its data, or its directory too. */
export type SyncName = typeof SYNC_NAMES[number];
