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

/** How a file backend trades the risk of losing acknowledged puts against speed. */
export type PersistencePolicy = SynchronousPolicy | AsynchronousPolicy;
