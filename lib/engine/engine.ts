/**
 * The interface of an engine: everything in which one key-value store differs from another.
 *
 * @module
 */
import type { Connection, EngineReadings } from "./connection.ts";
import type { Failover, FaultName } from "./failover.ts";
import type { Promises } from "./promises.ts";

/**
 * An engine's settings as given on the command line: plain data under camelCase names that end in their unit, such as
 * `busyTimeoutMs`. Each engine has its own type for them.
 */
export type EngineSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * What a load worker needs to connect, besides the engine's name. Structured-cloneable; only the engine interprets it.
 */
export type EngineTarget = Readonly<Record<string, string | number | boolean>>;

/** What an engine has to prepare for. */
export interface EnginePreparation<Settings extends EngineSettings = EngineSettings> {
  readonly settings: Settings;
  /** Directory of its files, if it has one; if absent, a temporary one that is removed at the end. */
  readonly output?: string;
  /** Number of load workers, each of which gets a connection. */
  readonly threads: number;
  /** The most operations that each load worker has in flight. */
  readonly inFlight: number;
  /** Length in bytes of the longest value that will be put. */
  readonly valueBytesMax: number;
  /**
   * Whether files that the engine refuses to open after a crash may be repaired as its documents advise. Without it
   * nothing is changed that only a person should decide about.
   */
  readonly mayRepair?: boolean;
  /** What is going to happen to its primaries, if anything: some faults need servers that are prepared for them. */
  readonly fault?: FaultName;
  /** Aborted to give up; the preparation then fails with a {@linkcode StoppedError} where it would have had to wait. */
  readonly stop?: AbortSignal;
  /** Called for anything that makes the result less meaningful than it seems. */
  onWarning?(message: string): void;
}

/** What is known of a run besides its settings. */
export interface KnownOfRun {
  readonly threads?: number;
  /** An engine's settings as read back from it; absent before it is open. */
  readonly readings?: EngineReadings | undefined;
}

/** The directory of a backend's files. */
export interface StoreDirectory {
  readonly path: string;
  /** Whether it held no store of the engine when it was opened. */
  readonly wasEmpty: boolean;
  /** Bytes that it occupied when it was closed; undefined before that, or if the system does not tell. */
  readonly allocatedBytes: number | undefined;
}

/** An engine that is ready for connections. */
export interface PreparedEngine {
  readonly target: EngineTarget;
  /** Its directory, if it has one; measurements and warnings about the device refer to it. */
  readonly directory?: StoreDirectory;
  /** Whether, with these settings, its directory never holds any of its data. */
  readonly keepsNothing?: boolean;
  /**
   * The processes that hold its data, if kvlab's own does not: their ids, or `elsewhere` if kvlab did not start them.
   */
  readonly servers?: readonly number[] | "elsewhere";
  /** What had to be repaired before it could be opened, as a clause. */
  readonly repaired?: string;
  /** Lets what was preloaded settle, so that the load does not pay for it; called when no connection is in use. */
  settle?(): void | Promise<void>;
  /**
   * What the engine has counted since it was prepared that makes the result less meaningful than it seems, under its
   * own names, such as `evicted_keys`; called when the load has ended.
   */
  counts?(): Promise<Readonly<Record<string, number>>>;
  /** Present if replicas can take over from each other. */
  readonly failover?: Failover;
  /**
   * Tells what else is known about an operation that has just failed, such as why the engine's server has ended: a
   * clause that can follow the operation's own message.
   */
  explain?(): Promise<string | undefined>;
  /** Releases everything and removes what was temporary; called when every connection has been closed or is dead. */
  close(): void | Promise<void>;
}

/**
 * An engine. Its module is imported only when it is chosen: by the main thread, and by each load worker.
 *
 * The main thread calls `prepare`; each load worker then calls `connect`. After a kill, recovery consists of the same
 * two calls on the same directory or server.
 */
export interface Engine<Settings extends EngineSettings = EngineSettings> {
  /** As its makers spell it, such as `SQLite`. */
  readonly title: string;
  /**
   * What it promises with these settings, according to its own documentation.
   *
   * @param known what else that may depend on
   */
  promises(settings: Settings, known?: KnownOfRun): Promises;
  /**
   * Takes its directory or server, and makes it ready for the load. Keeps what is already there.
   *
   * @throws {PersistError | EngineError} when that fails: it is in use, belongs to another engine, or cannot be reached
   */
  prepare(preparation: EnginePreparation<Settings>): PreparedEngine | Promise<PreparedEngine>;
  /**
   * Kills the process that holds the data, if that is not kvlab's own, and resolves when the signal has been sent. It
   * comes before kvlab's own kill, so that nothing acknowledged afterwards can count as survived.
   *
   * @param directory of the engine's files
   */
  killServer?(directory: string): Promise<void>;
  /**
   * Opens a load worker's connection.
   *
   * @param worker its index, by which servers that all take the same operations are shared among workers; 0 if absent
   * @throws {EngineError} when that fails
   */
  connect(target: EngineTarget, worker?: number): Connection | Promise<Connection>;
}
