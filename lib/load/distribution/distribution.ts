/**
 * The interface of distributions, which choose the existing record that an operation goes to.
 *
 * @module
 */

/**
 * Chooses records by number, from 0. Each thread has its own, and its choices do not depend on other threads, so that
 * the same seed gives each thread the same operations.
 */
export interface Distribution {
  /** Chooses the next operation's record. */
  next(): number;
  /** Tells the distribution that its thread has inserted its next record; only present where that matters. */
  grow?(): void;
}
