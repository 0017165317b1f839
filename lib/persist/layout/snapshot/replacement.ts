/**
 * The common interface of the replacement strategies, which decide how a snapshot replaces the one before it. Each
 * strategy's own file says what it risks.
 *
 * @module
 */

/** The names of the replacement strategies, in the order shown to users. */
export const REPLACE_NAMES = ["rename", "alternate", "in-place"] as const;

/** How a snapshot replaces the one before it. */
export type ReplaceName = typeof REPLACE_NAMES[number];

/** Replaces snapshots. Each thread has its own. */
export interface Replacement {
  /**
   * Replaces a shard's snapshot. Once it returns, a reader finds the new one, even after a crash of the process. Nobody
   * else may write this shard meanwhile.
   *
   * @throws {PersistError} when a step fails
   */
  replace(shard: number, bytes: Uint8Array): void;
  /**
   * Syncs the snapshot that was written last, as the sync level requires. Does nothing at level none.
   *
   * @returns whether it now survives a power loss; if not, the one before it does
   * @throws {PersistError} when that fails; the snapshot's state on the device is then unknown
   */
  makeDurable(shard: number): boolean;
  /**
   * Makes all snapshots durable that any thread has written, at levels above none. Nobody may replace one meanwhile.
   *
   * @throws {PersistError} when that fails
   */
  makeAllDurable(): void;
  /**
   * Checks that each file that any thread has written has the length of its snapshot. Nobody may replace one meanwhile.
   *
   * @throws {PersistError} when one has not
   */
  checkLengths(): void;
}
