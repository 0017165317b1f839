/**
 * The interface of what the crash command makes fail in each round, and opens again.
 *
 * @module
 */
import { type Loss, NOTHING, type Promises } from "../engine/promises.ts";
import type { MixOptions } from "../load/workload.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { ChildEnd, ChildProgram, KillMoment } from "./child.ts";
import type { CrashBackend } from "./crash_load.ts";
import type { Recovered } from "./recovery.ts";

/** What can be cut, in the order shown to users: a process, the power, or nothing, so that each child ends orderly. */
export const CUT_NAMES = ["process", "power", "none"] as const;

export type CutName = typeof CUT_NAMES[number];

/** How a child can end: in one of the failures for which a backend promises something, or orderly. */
export type Failure = keyof Promises | "orderlyEnd";

/** The failure that each cut means. */
export const FAILURES = {
  process: "processCrash",
  power: "powerLoss",
  none: "orderlyEnd",
} as const satisfies Record<CutName, Failure>;

/** What may be lost in a failure; in an orderly end nothing may, whatever the backend. */
export function lossIn(failure: Failure, promises: Promises): Loss {
  return failure === "orderlyEnd" ? NOTHING : promises[failure] ?? promises.processCrash;
}

/** What every victim is given. */
export interface VictimParts {
  /** A directory for what is needed only for the failures. */
  readonly scratch: string;
  /** What to start as a child, by default this kvlab. */
  readonly program?: ChildProgram;
  /** Aborted to end a running child at once. */
  readonly stop?: AbortSignal;
}

/** One way to fail. */
export interface Victim {
  readonly failure: Failure;
  /** The backend with everything now known about it, such as where its files are. */
  readonly backend: CrashBackend;
  /**
   * Starts a child with the load, and makes it fail, or end, at the given moment.
   *
   * @param options with a witness in a directory that the failure does not reach
   * @returns how the child ended; `undefined` if the command was told to stop first
   * @throws {Error} when the child ends otherwise than it should
   */
  fail(options: RunOptions, moment: KillMoment): Promise<ChildEnd | undefined>;
  /**
   * Opens what is left.
   *
   * @param mayRepair whether an engine's files may be repaired if that is needed; by default they may not
   * @throws {PersistError | EngineError} when it cannot be opened
   */
  recover(mix: MixOptions, mayRepair?: boolean): Promise<Recovered>;
  /** Takes back what was made only for the failures, other than files. */
  close?(): void | Promise<void>;
}
