/**
 * The interface of a backend: what memory, files and each engine are to a run, a crash and a sweep.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import type { EnginePreparation, EngineSettings, KnownOfRun, PreparedEngine } from "../engine/engine.ts";
import type { Promises } from "../engine/promises.ts";
import type { SetAsideFile } from "../persist/layout/layout_module.ts";
import type { Abort } from "../sync/abort.ts";
import type { Clock } from "../sync/clock.ts";
import type { BackendOptions } from "./backend.ts";
import type { KeySpace } from "./plan.ts";
import type { PreparedFiles } from "./prepare.ts";

/** What a backend's settings are: an engine's own, or the options of one of kvlab's own backends. */
export type BackendSettings = EngineSettings | BackendOptions;

/** What a backend has to prepare for: what an engine has, and what shared memory needs. */
export interface BackendPreparation<Settings = BackendSettings> extends Omit<EnginePreparation, "settings"> {
  readonly settings: Settings;
  readonly keys: KeySpace;
  readonly abort: Abort;
  readonly clock: Clock;
  /** Where the threads record what they have written and synced, if they do. */
  readonly witness?: string | undefined;
  /** Called for each damaged file that was set aside. */
  onSetAside?(file: SetAsideFile): void;
}

/** A backend that is ready for connections. */
export interface PreparedBackend extends Omit<PreparedEngine, "target"> {
  /** What a load worker needs to connect; structured-cloneable. */
  readonly target: object;
  /** Present if a worker of its own writes files, with a gauge of what they do not have yet. */
  readonly files?: PreparedFiles;
  /** Bytes of all keys and values in it, if it knows. */
  liveBytes?(): number;
}

/**
 * A backend. The main thread prepares it, each load worker then connects. After a kill, recovery consists of the same
 * two calls. An engine ({@linkcode Engine}) is a backend that needs less and has no gauge.
 */
export interface Backend<Settings = BackendSettings> {
  /** An engine's name as its makers spell it; absent for kvlab's own backends. */
  readonly title?: string;
  /** What it promises with these settings. */
  promises(settings: Settings, known?: KnownOfRun): Promises;
  /**
   * Takes its directory, its server or its memory, and makes it ready for the load. Keeps what is already there.
   *
   * @throws {PersistError | EngineError} when that fails
   */
  prepare(preparation: BackendPreparation<Settings>): PreparedBackend | Promise<PreparedBackend>;
  /** Kills the process that holds the data, if that is not kvlab's own. */
  killServer?(directory: string): Promise<void>;
  /**
   * Opens a load worker's connection.
   *
   * @throws {EngineError} when an engine refuses it
   */
  connect(target: object, thread: number): Connection | Promise<Connection>;
}
