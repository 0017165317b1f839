/**
 * What a persistence policy asks of the thread that puts.
 *
 * @module
 */

/** One load thread's side of a policy. Each worker has a single class of it, so that V8 can inline its calls. */
export interface PutPolicy {
  /** After a put has been applied and noted, under its shard's lock. */
  applied(shard: number): void;

  /**
   * After the shard's lock has been given back; the put is acknowledged when this returns.
   *
   * @param version the shard's version that the put made
   * @throws {PersistError} when the policy has this thread write, and that fails: the put is not acknowledged
   * @throws {AbortError} when the run has failed elsewhere
   */
  acknowledge(shard: number, version: number): void;

  /**
   * Has room made for what puts note, where the layout has none left. Holds no lock.
   *
   * @throws as {@linkcode PutPolicy.acknowledge} does
   */
  makeRoom(): void;
}
