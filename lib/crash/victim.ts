/**
 * The victim: what a round of the crash command lets fail, and opens again.
 *
 * @module
 */
import type { EngineBackendOptions, FileBackendOptions } from "../backend/backend.ts";
import type { Promises } from "../engine/promises.ts";
import type { MixOptions } from "../load/workload.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { ChildEnd, KillMoment } from "./child.ts";
import type { Recovered } from "./recovery.ts";

/** A backend of which something survives a crash. */
export type CrashBackend = FileBackendOptions | EngineBackendOptions;

/** What can be cut, in the order shown to users: a process, or the power. */
export const CUT_NAMES = ["process", "power"] as const;

/** What is cut. */
export type CutName = typeof CUT_NAMES[number];

/** A load that is to be cut short: of puts that can be told apart, on a backend of which something survives. */
export type CrashLoad = RunOptions & { readonly backend: CrashBackend; readonly workload: MixOptions };

/** One way to fail. */
export interface Victim {
  /** Which of the backend's promises the failure is held against. */
  readonly failure: keyof Promises;
  /** The backend with all that is now known of it, such as where its files are. */
  readonly backend: CrashBackend;
  /**
   * Starts a child with the load, and lets it fail at the moment.
   *
   * @param options whose witness is in a directory that the failure does not reach
   * @returns how the child ended; `undefined` when the command was told to stop first
   * @throws {Error} when the child ends by itself
   */
  fail(options: RunOptions, moment: KillMoment): Promise<ChildEnd | undefined>;
  /**
   * Opens again what is left.
   *
   * @throws {PersistError | EngineError} when it cannot be opened
   */
  recover(mix: MixOptions): Promise<Recovered>;
  /** Removes what was made for the failures alone. */
  close(): void | Promise<void>;
}
