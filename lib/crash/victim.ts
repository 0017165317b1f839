/**
 * The interface of what the crash command makes fail in each round, and opens again.
 *
 * @module
 */
import type { EngineBackendOptions, FileBackendOptions } from "../backend/backend.ts";
import type { KeySpace } from "../backend/plan.ts";
import { type Loss, NOTHING, type Promises } from "../engine/promises.ts";
import type { HistoryTape } from "../history/tape.ts";
import type { MixOptions, ReplayOptions } from "../load/workload.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { ChildEnd, ChildProgram, KillMoment } from "./child.ts";
import type { Recovered } from "./recovery.ts";
import type { Testimony } from "./testimony.ts";

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

/** A backend that can keep something across a crash. */
export type CrashBackend = FileBackendOptions | EngineBackendOptions;

/** A load to be cut short: its puts can be told apart, and its backend keeps something across a crash. */
export type CrashLoad = RunOptions & { readonly backend: CrashBackend; readonly workload: MixOptions | ReplayOptions };

/** What every victim is given. */
export interface VictimParts {
  /** A directory for what is needed only for the failures. */
  readonly scratch: string;
  /** What to start as a child, by default this kvlab. */
  readonly program?: ChildProgram;
  /** Aborted to end a running child at once. */
  readonly stop?: AbortSignal;
}

/** How a failure came about. */
export interface Failed extends ChildEnd {
  /** What was acknowledged, where the load has outlived the failure; otherwise its witness says that. */
  readonly testimony?: Testimony;
  /** What it did, where it has outlived the failure and its history is to be judged. */
  readonly tape?: HistoryTape;
  /** From the kill until a replica had taken over, in milliseconds. */
  readonly takeoverMs?: number;
  /** From the kill until a write to one of the killed node's keys that began after it was acknowledged. */
  readonly unavailableMs?: number;
}

/** One way to fail. */
export interface Victim {
  readonly failure: Failure;
  /** Puts the records that the load expects to exist; absent where a run of the load's own can. */
  preload?(options: CrashLoad): Promise<void>;
  /** The backend with everything now known about it, such as where its files are. */
  readonly backend: CrashBackend;
  /**
   * Starts the load, mostly in a child, and makes it fail, or end, at the given moment.
   *
   * @param options with a witness in a directory that the failure does not reach
   * @returns how that came about; `undefined` if the command was told to stop first
   * @throws {Error} when the child ends otherwise than it should
   */
  fail(options: CrashLoad, moment: KillMoment): Promise<Failed | undefined>;
  /**
   * Opens what is left.
   *
   * @param keys what the load may put
   *
   * @param mayRepair whether an engine's files may be repaired if that is needed; by default they may not
   * @throws {PersistError | EngineError} when it cannot be opened
   * @throws {StoppedError} when the command was told to stop first
   */
  recover(keys: KeySpace, mayRepair?: boolean): Promise<Recovered>;
  /** Takes back what was made only for the failures, other than files. */
  close?(): void | Promise<void>;
}
