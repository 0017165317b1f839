/**
 * The common interface of the replacement strategies: how a snapshot takes the place of the one before. Each strategy's
 * own file says what it risks.
 *
 * @module
 */

/** Puts snapshots in the place of those before them. One thread's own. */
export interface Replacement {
  /**
   * Replaces a shard's snapshot. When it returns, a reader finds the new one, also after the process has crashed.
   * Whoever calls it is the only one to write this shard at that time.
   *
   * @throws {PersistError} when a step fails
   */
  replace(shard: number, bytes: Uint8Array): void;
  /**
   * Syncs the snapshot that has just taken its place, as far as the sync level asks for. Does nothing at level none.
   *
   * @returns whether it survives a power loss now; where not, the one before it does
   * @throws {PersistError} when that fails; the snapshot's state on the device is unknown then
   */
  makeDurable(shard: number): boolean;
  /**
   * Makes durable, at levels above none, all snapshots that have taken their place, by whatever thread. To be called when
   * nobody replaces any more.
   *
   * @throws {PersistError} when that fails
   */
  makeAllDurable(): void;
}
