/**
 * Connections: what a load worker puts into and gets from, whichever engine is behind it.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { BlockedTime } from "../sync/blocked.ts";

/** What an engine says of itself once it is open. */
export interface EngineDescription {
  /** The engine's own version, such as `3.53.2`. */
  readonly version: string;
  /** Its settings as it ended up with them, read back from it, under its own names. */
  readonly settings: EngineReadings;
}

/** Settings read back from an engine, under the engine's own names. */
export type EngineReadings = Readonly<Record<string, string | number | boolean>>;

/** A kind of wait that a backend can tell of, by the name that reports give it: `blocked_on_NAME`. */
export interface NamedWait {
  /** In snake_case. */
  readonly name: string;
  readonly time: BlockedTime;
}

/**
 * Puts the records that are to be there before a load, many at a time. Nothing of it counts as acknowledged before
 * `commit` has returned, or its promise has resolved.
 */
export interface Batch {
  /** Begins the next records. */
  begin(): void;
  /** Adds a record; its buffers may be used again at once. */
  put(key: PaddedBytes, value: PaddedBytes): void;
  /** Has the records since `begin` put. */
  commit(): void | Promise<void>;
}

/** What both kinds of connections have. */
interface CommonConnection {
  /** For the records that are put before the load. */
  readonly preload: Batch;
  /** Where its operations can be seen to wait; none where the engine does not tell. */
  readonly waits: readonly NamedWait[];
  /** Asks the engine for its version and its settings. */
  describe(): EngineDescription | Promise<EngineDescription>;
  /** Lets go of it, once no operation is under way any more. */
  close(): void | Promise<void>;
}

/** A connection whose operations have ended when they return. */
export interface SynchronousConnection extends CommonConnection {
  readonly kind: "synchronous";
  /**
   * Stores the value under the key; acknowledged when it returns.
   *
   * @throws {EngineError} when the engine refuses it
   */
  put(key: PaddedBytes, value: PaddedBytes): void;
  /**
   * Copies the key's value into `out`.
   *
   * @returns whether the key is present
   * @throws {EngineError} when the engine fails
   */
  get(key: PaddedBytes, out: PaddedBytes): boolean;
}

/**
 * A connection with several operations under way at once, as many as the caller begins. Each has buffers of its own, which
 * stay as they are until its promise has settled.
 */
export interface AsynchronousConnection extends CommonConnection {
  readonly kind: "asynchronous";
  /** Stores the value under the key; acknowledged when it resolves, refused by an {@linkcode EngineError}. */
  put(key: PaddedBytes, value: PaddedBytes): Promise<void>;
  /** Copies the key's value into `out`, and resolves to whether the key is present. */
  get(key: PaddedBytes, out: PaddedBytes): Promise<boolean>;
}

/** A load worker's connection to an engine. */
export type Connection = SynchronousConnection | AsynchronousConnection;
