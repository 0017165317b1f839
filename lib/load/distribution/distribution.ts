/**
 * The distribution: which record an operation goes to, when it goes to one that exists.
 *
 * @module
 */

/**
 * Chooses records by their numbers, from 0. Each thread has one of its own, and no thread's choice depends on what the
 * others do, so that the same seed gives each thread the same operations.
 */
export interface Distribution {
  /** Chooses the next operation's record. */
  next(): number;
  /** Learns that its thread has inserted its next record; only for a distribution to which that matters. */
  grow?(): void;
}
