/**
 * The engine: what differs between one key-value store and another, and nothing else.
 *
 * @module
 */
import type { Connection } from "./connection.ts";
import type { Failover } from "./failover.ts";
import type { Promises } from "./promises.ts";

/**
 * An engine's settings as the command line gives them: plain data by names in camelCase with their units last, such as
 * `busyTimeoutMs`. Each engine has a type of its own for them.
 */
export type EngineSettings = Readonly<Record<string, string | number | boolean>>;

/** What a load worker needs to connect, besides the engine's name: structured-cloneable, and the engine's own business. */
export type EngineTarget = Readonly<Record<string, string | number | boolean>>;

/** What an engine prepares for. */
export interface EnginePreparation<Settings extends EngineSettings = EngineSettings> {
  readonly settings: Settings;
  /** Directory of its files, where it has one; a temporary one, removed at the end, when absent. */
  readonly output?: string;
  /** Number of load workers, each of which will have a connection. */
  readonly threads: number;
  /** Operations that each load worker has under way at most. */
  readonly inFlight: number;
  /** Length in bytes of the longest value that will be put. */
  readonly valueBytesMax: number;
  /** Called for what makes the result mean less than it seems to. */
  onWarning?(message: string): void;
}

/** An engine that is ready for connections. */
export interface PreparedEngine {
  readonly target: EngineTarget;
  /** Its directory, where it has one: what is measured and warned of is the device under it. */
  readonly directory?: string;
  /** Has what was preloaded settle, so that the load does not pay for it; called when nobody uses a connection. */
  settle?(): void | Promise<void>;
  /** Where copies can take over from each other. */
  readonly failover?: Failover;
  /** Lets go of it all, and removes what was temporary; called when every connection has been closed or is dead. */
  close(): void | Promise<void>;
}

/**
 * An engine. Its module is imported only where it is named: by the main thread, and by each load worker.
 *
 * The main thread calls `prepare`; each load worker then calls `connect`. A directory or server whose process was killed
 * is opened again by the same two: that is the whole of recovery.
 */
export interface Engine<Settings extends EngineSettings = EngineSettings> {
  /** As its makers write it, such as `SQLite`. */
  readonly title: string;
  /** What it promises with these settings, by its own documents. */
  promises(settings: Settings): Promises;
  /**
   * Takes hold of its directory or its server, and makes it ready for the load. Keeps what is there already.
   *
   * @throws {PersistError | EngineError} when that cannot be had: in use, another engine's, unreachable
   */
  prepare(preparation: EnginePreparation<Settings>): PreparedEngine | Promise<PreparedEngine>;
  /**
   * Kills the process that holds the data, where that is another one than kvlab's, and resolves when the signal has been
   * sent. It comes before kvlab's own, so that nothing that is acknowledged later counts as survived.
   *
   * @param directory of the engine's files
   */
  killServer?(directory: string): Promise<void>;
  /**
   * Opens a load worker's connection.
   *
   * @throws {EngineError} when that fails
   */
  connect(target: EngineTarget): Connection | Promise<Connection>;
}
