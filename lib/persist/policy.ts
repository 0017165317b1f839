/**
 * Options of the persistence policies, which decide when an acknowledged put reaches the file system, and who writes
 * it.
 *
 * @module
 */

/** A put changes memory; if `periodMs` has passed since the shard's last write, it also writes what has changed. */
export interface SynchronousPolicy {
  readonly kind: "synchronous";
  /** Least time between two writes of one shard, in milliseconds. */
  readonly periodMs: number;
}

/** A put changes memory, then queues what it changed for the file worker; a full queue blocks it. */
export interface AsynchronousPolicy {
  readonly kind: "asynchronous";
  /** Bound on queued items. */
  readonly queueDepth: number;
  /** Bound on the bytes of queued items. */
  readonly queueMemoryBytes: number;
}

/** A put changes memory only; every `periodMs` the file worker writes what has changed. */
export interface PeriodicPolicy {
  readonly kind: "periodic";
  /** Time from the start of one sweep to the start of the next, in milliseconds. */
  readonly periodMs: number;
}

/**
 * A put returns only when it is in the file system, and synced as the sync level requires. Puts that wait at the same
 * time share one write and one sync.
 */
export interface CommitPolicy {
  readonly kind: "commit";
  /** How long the thread that writes a file first waits for more puts to join, in milliseconds; 0: not at all. */
  readonly delayMs: number;
}

/** How a file backend trades the risk of losing acknowledged puts against speed. */
export type PersistencePolicy = SynchronousPolicy | AsynchronousPolicy | PeriodicPolicy | CommitPolicy;

/** The names of the sync levels, in the order shown to users. */
export const SYNC_NAMES = ["none", "data", "full"] as const;

/** What is synced to the device before a write counts as durable: nothing, the file's data, or its directory too. */
export type SyncName = typeof SYNC_NAMES[number];
