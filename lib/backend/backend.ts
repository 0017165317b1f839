/**
 * The options that choose a backend.
 *
 * @module
 */
import type { EngineSettings } from "../engine/engine.ts";
import type { EngineName } from "../engine/engines.ts";
import type { LayoutOptions } from "../persist/layout/layouts.ts";
import type { PersistenceOptions } from "../persist/persistence_handle.ts";

/** The shared store alone: the baseline for every other backend. */
export interface MemoryBackendOptions {
  readonly kind: "memory";
}

/** The shared store, persisted in files. */
export interface FileBackendOptions extends PersistenceOptions {
  readonly kind: "file";
  /** Directory of the files; when absent, a temporary one that is removed at the end. */
  readonly output?: string;
  /** Number of files, over which the shards are spread evenly. */
  readonly fileCount: number;
  readonly layout: LayoutOptions;
  /**
   * Whether to measure the device under the directory before the load; when absent, nothing is found out about the
   * device.
   */
  readonly deviceProbe?: boolean;
}

/** A third-party engine. */
export interface EngineBackendOptions {
  readonly kind: "engine";
  readonly engine: EngineName;
  readonly settings: EngineSettings;
  /** Directory of its files, if it has any; when absent, a temporary one that is removed at the end. */
  readonly output?: string;
  /** The most operations that each load worker has in flight; 1, unless the engine's connections are asynchronous. */
  readonly inFlight: number;
}

/** The backend under test and its settings. */
export type BackendOptions = MemoryBackendOptions | FileBackendOptions | EngineBackendOptions;
