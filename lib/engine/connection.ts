/**
 * Connections: the interface through which a load worker uses any backend.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { NamedWait } from "../sync/blocked.ts";

/** An engine's description of itself once it is open. */
export interface EngineDescription {
  /** The engine's own version, such as `3.53.2`. */
  readonly version: string;
  /** Its settings as they ended up, read back from it under its own names. */
  readonly settings: EngineReadings;
}

/** Settings read back from an engine, under the engine's own names. */
export type EngineReadings = Readonly<Record<string, string | number | boolean>>;

/**
 * Puts the records that must exist before a load, many at a time. None of them counts as acknowledged before `commit`
 * has returned, or its promise has resolved.
 */
export interface Batch {
  /** Begins the next batch of records. */
  begin(): void;
  /** Adds a record; its buffers may be reused at once. */
  put(key: PaddedBytes, value: PaddedBytes): void;
  /** Puts the records added since `begin`. */
  commit(): void | Promise<void>;
}

/** Maps a put to its shard and version, which is how the gauges of kvlab's own backends count. */
export interface ShardProgress {
  shardOf(key: PaddedBytes): number;
  /** The version up to which a shard's puts have been acknowledged, as the gauges see it. */
  acknowledgedVersion(shard: number): number;
}

/** What both kinds of connections have in common. */
interface CommonConnection {
  /** For the records that are put before the load. */
  readonly preload: Batch;
  /** The waits that its operations can be observed in; empty if the backend does not report any. */
  readonly waits: readonly NamedWait[];
  /** Present if the backend has a gauge. */
  readonly progress?: ShardProgress;
  /** Asks an engine for its version and its settings; absent for kvlab's own backends. */
  describe?(): EngineDescription | Promise<EngineDescription>;
  /** Closes it, once no operation is in flight. */
  close(): void | Promise<void>;
}

/** A connection whose operations have ended when they return. */
export interface SynchronousConnection extends CommonConnection {
  readonly kind: "synchronous";
  /**
   * Stores the value under the key; acknowledged when it returns.
   *
   * @throws {EngineError} when the engine refuses it
   * @throws {StoreFullError} when a store of kvlab's own has no room left
   * @throws {AbortError} when the run has failed elsewhere
   */
  put(key: PaddedBytes, value: PaddedBytes): void;
  /**
   * Copies the key's value into `out`.
   *
   * @returns whether the key is present
   * @throws {EngineError} when the engine fails
   */
  get(key: PaddedBytes, out: PaddedBytes): boolean;
  /**
   * Removes the key, if it is present; acknowledged when it returns. If it is absent, that too is only acknowledged
   * once whatever removed it is.
   *
   * @throws as {@linkcode SynchronousConnection.put} does
   */
  delete(key: PaddedBytes): void;
  /**
   * Reads the records from the first key that is not below this one on, in the order of their bytes. Present if the
   * backend keeps its keys in order.
   *
   * @param count how many records to read at most
   * @param out each key, and then its value, is copied here as by a get
   * @returns how many there were
   * @throws {EngineError} when the engine fails
   */
  scan?(key: PaddedBytes, count: number, out: PaddedBytes): number;
}

/** What load loops do on a synchronous connection. */
export type SynchronousOperations = Pick<SynchronousConnection, "put" | "get" | "delete" | "scan">;

/** A key, and what its value is to be copied into. */
export interface KeyAndRoom {
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
}

/**
 * A connection with several operations in flight, as many as the caller begins. Each has its own buffers, which must
 * stay unchanged until its promise has settled.
 */
export interface AsynchronousConnection extends CommonConnection {
  readonly kind: "asynchronous";
  /**
   * Stores the value under the key; acknowledged when it resolves, refused when it rejects with an {@linkcode
   * EngineError}.
   */
  put(key: PaddedBytes, value: PaddedBytes): Promise<void>;
  /** Copies the key's value into `out`, and resolves to whether the key is present. */
  get(key: PaddedBytes, out: PaddedBytes): Promise<boolean>;
  /**
   * Does what as many gets would do, in few requests, for whoever is to read everything. Present if that is much
   * faster.
   */
  getAll?(entries: readonly KeyAndRoom[]): Promise<readonly boolean[]>;
  /**
   * Removes the key, if it is present; acknowledged when it resolves, refused as a put is. If it is absent, that too is
   * only acknowledged once whatever removed it is.
   */
  delete(key: PaddedBytes): Promise<void>;
  /** Does what {@linkcode SynchronousConnection.scan} does, and resolves to how many records there were. */
  scan?(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number>;
  /**
   * Called when an operation on the key has been given up for want of an answer: turns to another server, if there is
   * one. Operations in flight may fail, and take effect all the same.
   *
   * @param begunAtMs when the operation began, in milliseconds of `performance.now()`
   */
  lookElsewhere?(key: PaddedBytes, begunAtMs: number): void;
}

/** What load loops do on an asynchronous connection. */
export type AsynchronousOperations = Pick<AsynchronousConnection, "put" | "get" | "delete" | "scan">;

/** A load worker's connection to a backend. */
export type Connection = SynchronousConnection | AsynchronousConnection;

/** What keys are got from: a connection, or a store that has been opened again. */
export interface Gettable {
  /** Copies the key's value into `out`; whether the key is present. If it is a promise, several may be in flight. */
  get(key: PaddedBytes, out: PaddedBytes): boolean | Promise<boolean>;
  /** Does what as many gets would do. Present if that is much faster. */
  getAll?(entries: readonly KeyAndRoom[]): Promise<readonly boolean[]>;
}

/** Gets all of the entries; tells which are there. */
export async function getAll(from: Gettable, entries: readonly KeyAndRoom[]): Promise<readonly boolean[]> {
  if (from.getAll !== undefined) return await from.getAll(entries);
  const gets = entries.map(({ key, value }) => from.get(key, value));
  return gets.every((isPresent) => typeof isPresent === "boolean") ? gets : await Promise.all(gets);
}
