/**
 * The interface of what the crash command makes fail in each round, and opens again.
 *
 * @module
 */
import type { Promises } from "../engine/promises.ts";
import type { MixOptions } from "../load/workload.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { ChildEnd, KillMoment } from "./child.ts";
import type { CrashBackend } from "./crash_load.ts";
import type { Recovered } from "./recovery.ts";

/** What can be cut, in the order shown to users: a process, or the power. */
export const CUT_NAMES = ["process", "power"] as const;

export type CutName = typeof CUT_NAMES[number];

/** One way to fail. */
export interface Victim {
  /** Which of the backend's promises the failure is checked against. */
  readonly failure: keyof Promises;
  /** The backend with everything now known about it, such as where its files are. */
  readonly backend: CrashBackend;
  /**
   * Starts a child with the load, and makes it fail at the given moment.
   *
   * @param options with a witness in a directory that the failure does not reach
   * @returns how the child ended; `undefined` if the command was told to stop first
   * @throws {Error} when the child ends by itself
   */
  fail(options: RunOptions, moment: KillMoment): Promise<ChildEnd | undefined>;
  /**
   * Opens what is left.
   *
   * @param mayRepair whether an engine's files may be repaired if that is needed; by default they may not
   * @throws {PersistError | EngineError} when it cannot be opened
   */
  recover(mix: MixOptions, mayRepair?: boolean): Promise<Recovered>;
  /** Removes what was made only for the failures. */
  close(): void | Promise<void>;
}
