/**
 * The table of backends: kvlab's own, and the engines. Each is imported only when it is chosen.
 *
 * @module
 */
import { type EngineName, loadEngine } from "../engine/engines.ts";
import type { Promises } from "../engine/promises.ts";
import type { BackendOptions } from "./backend.ts";
import type { Backend, BackendPreparation, PreparedBackend } from "./backend_interface.ts";

/** The name of a backend, as on the command line. */
export type BackendName = "memory" | "file" | EngineName;

/** What a load worker needs to connect to any backend; structured-cloneable. */
export interface BackendHandle {
  readonly name: BackendName;
  readonly target: object;
  /** The most operations that each load worker has in flight. */
  readonly inFlight: number;
}

/** Whether it is an engine, rather than one of kvlab's own backends. */
export function isEngine(name: BackendName): name is EngineName {
  return name !== "memory" && name !== "file";
}

/** The name of the backend that options choose. */
export function nameOf(options: BackendOptions): BackendName {
  return options.kind === "engine" ? options.engine : options.kind;
}

/** Loads a backend. The type of its settings is erased: the options that choose it are the ones that it gets. */
export async function loadBackend(name: BackendName): Promise<Backend> {
  switch (name) {
    case "memory":
      return (await import("./memory.ts")).BACKEND as Backend;
    case "file":
      return (await import("./file.ts")).BACKEND as Backend;
    default:
      return await loadEngine(name) as Backend;
  }
}

/** What the backend that options choose promises. */
export async function promisesOf(options: BackendOptions, threads: number): Promise<Promises> {
  return (await loadBackend(nameOf(options))).promises(settingsOf(options), { threads });
}

/** The settings that a backend gets. */
export function settingsOf(options: BackendOptions) {
  return options.kind === "engine" ? options.settings : options;
}

/** How the run prepares a backend, besides what the options that choose it say. */
export type RunPreparation = Omit<BackendPreparation, "settings" | "output" | "inFlight" | "valueBytesMax">;

/**
 * Prepares the backend that options choose.
 *
 * @throws {PersistError | EngineError} when that fails
 */
export async function prepareBackend(
  backend: Backend,
  options: BackendOptions,
  preparation: RunPreparation,
): Promise<PreparedBackend> {
  return await backend.prepare({
    ...preparation,
    settings: settingsOf(options),
    inFlight: inFlightOf(options),
    valueBytesMax: preparation.keys.valueLengthMax,
    ...(options.kind !== "engine" || options.output === undefined ? {} : { output: options.output }),
  });
}

/** The most operations that each load worker has in flight. */
export function inFlightOf(options: BackendOptions): number {
  return options.kind === "engine" ? options.inFlight : 1;
}
