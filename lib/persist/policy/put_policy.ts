/**
 * What a persistence policy requires of a thread that puts.
 *
 * @module
 */

/** One load thread's side of a policy. Each worker uses a single class of it, so that V8 can inline its calls. */
export interface PutPolicy {
  /** Called after a put has been applied and noted, under its shard's lock. */
  applied(shard: number): void;

  /**
   * Called next, after the shard's lock has been released; the put is acknowledged when this returns.
   *
   * @throws {PersistError} when this thread has to write and that fails; the put is then not acknowledged
   * @throws {AbortError} when the run has failed elsewhere
   */
  acknowledge(shard: number): void;

  /**
   * Makes room for noting puts when the layout has none left. Called without any lock.
   *
   * @throws as {@linkcode PutPolicy.acknowledge} does
   */
  makeRoom(): void;
}
