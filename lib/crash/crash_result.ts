/**
 * The crash command's result, as plain data for the reports.
 *
 * @module
 */
import type { FailoverOptions } from "../engine/failover.ts";
import type { NamedDifference } from "../disk/naming.ts";
import type { Promises } from "../engine/promises.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { HistoryResult } from "../run/run_history.ts";
import type { EngineResult, StopSignal } from "../run/run_result.ts";
import { argumentsOf } from "../result/option/options.ts";
import type { LostWrite, StrangeValue } from "./lost_write.ts";
import { type Failure, lossIn } from "./victim.ts";

/** What was found of a child's writes, and what was to be found. */
export interface Verdict {
  readonly acknowledged: number;
  /** Acknowledged writes that were there afterwards, or overwritten by one that was. */
  readonly recovered: number;
  /**
   * Acknowledged writes that were gone; when a shard's last sound file is gone, also all that earlier children had put
   * there.
   */
  readonly lost: number;
  /** Keys that are back: they hold what an acknowledged delete had removed, which is among the lost writes. */
  readonly resurrected: number;
  /** How long before the kill the oldest lost write was acknowledged, in milliseconds; 0 if none is lost. */
  readonly oldestLostMs: number;
  /** Writes that were there although the kill came before their acknowledgement. */
  readonly neverAcknowledged: number;
  /** Lost writes whose thread has a later write that survived. */
  readonly holes: number;
  /** Records that hold what nobody has ever put there. */
  readonly neverPut: number;
  /** Shards that had files, but no sound one. */
  readonly tornShards: number;
  /** Why the store could not be opened again, if so; it then counts as torn. */
  readonly unreadable?: string;
  /** What an engine had to have repaired before it could be opened again, as a clause. */
  readonly repaired?: string;
  /** Damaged files of shards that also had a sound one. */
  readonly damagedSpares: number;
  /**
   * What the gauge said would be lost: what was applied by the latest acknowledgement, minus what the ledger had
   * recorded as written, or as synced if the power was cut. Only kvlab's own backends have one.
   */
  readonly gauge?: number;
  /** Whether no more was lost than the gauge said and the backend promises, and nothing is there that nobody put. */
  readonly held: boolean;
  /** How long it took to read the directory again, in milliseconds. */
  readonly recoveryMs: number;
}

/** The verdict on what has lost nothing of nothing. */
export const NOTHING_LOST: Verdict = {
  acknowledged: 0,
  recovered: 0,
  lost: 0,
  resurrected: 0,
  oldestLostMs: 0,
  neverAcknowledged: 0,
  holes: 0,
  neverPut: 0,
  tornShards: 0,
  damagedSpares: 0,
  held: true,
  recoveryMs: 0,
};

/**
 * What one kill cost. All writes are puts and deletes of that child. A cut of the power costs what its worst state
 * does.
 */
export interface KillResult extends Verdict {
  /** From 1. */
  readonly kill: number;
  /** Whether the child was killed while it was loading or starting its workers, or in the middle of the load. */
  readonly during: "start" | "load";
  /** How long the load had run, in milliseconds. */
  readonly loadMs: number;
  /** After an orderly end: the files of kvlab's own backend that are not sound, although they were, or are new. */
  readonly unsoundFiles?: number;
  /** What came of judging the child's history, if it was to be judged. */
  readonly history?: HistoryResult;
  /** Of a failover: writes that failed, from the kill on. */
  readonly refused?: number;
  /** Of a failover: from the kill until a replica had taken over, in milliseconds. */
  readonly takeoverMs?: number;
  /**
   * Of a failover: from the kill until a write to one of the killed node's keys that began after it was acknowledged,
   * in milliseconds.
   */
  readonly unavailableMs?: number;
  /** Of a cut of the power: the states that were tried, in which it may have left the disk. */
  readonly states?: readonly StateResult[];
  /** Of a cut of the power: states that did not hold, shrunk to what it takes; one for each problem of the cut. */
  readonly findings?: readonly Finding[];
}

/** What is known of a kill once what it has left is judged. */
export type KillOutcome = Omit<KillResult, "kill" | "during" | "loadMs">;

/** What was found in one state in which a cut of the power may have left the disk. */
export interface StateResult extends Verdict {
  /** How it was chosen, such as `one missing`. */
  readonly kind: string;
  /** Whether the power failed a second time, while the store was being opened again. */
  readonly again: boolean;
  /** How many writes, discards and flushes had arrived at the disk. */
  readonly moment: number;
  /** Why the file system itself could not be mounted, if so: that is no fault of the store's. */
  readonly unmountable?: string;
  readonly problem?: Problem;
}

/** The states of all cuts, in the order in which they were tried. */
export function statesOf(kills: readonly KillResult[]): StateResult[] {
  return kills.flatMap(({ states = [] }) => states);
}

/** What is wrong with a state that did not hold. */
export type Problem = "unreadable" | "never put" | "torn" | "promise broken" | "gauge exceeded";

/** Examples of what is wrong with a state. */
export interface Examples extends LostWrite {
  readonly strangeValue?: StrangeValue;
}

/** A state that did not hold, shrunk to what it takes, with examples of what was then found. */
export interface Finding extends NamedDifference, Examples {
  readonly problem: Problem;
  /** Which of the cut's states it was found in, from 1. */
  readonly state: number;
  /** What was found in the state once it was shrunk. */
  readonly result: StateResult;
  /** How many states were tried to shrink it. */
  readonly trials: number;
  /** Where the disk is kept in this state, if it was to be. */
  readonly image?: string;
}

/** What all kills cost. */
export interface CrashResult {
  readonly options: RunOptions;
  /** How the children ended. */
  readonly failure: Failure;
  /** Of failovers: how they were brought about. */
  readonly failover?: FailoverOptions;
  readonly promises: Promises;
  readonly kills: readonly KillResult[];
  /** The engine as it described itself, if the backend is one. */
  readonly engine?: EngineResult;
  /** Of cuts of the power: what the disk was, and how many states were to be tried of each. */
  readonly disk?: { readonly fileSystem: string; readonly mountOptions?: string; readonly states: number };
  /** The signal that ended the command early, if one did. */
  readonly stoppedBy?: StopSignal;
}

/**
 * Whether the gauge and the promise held every time, nothing was torn that must not be, and no history contradicts
 * itself.
 */
export function allHeld({ kills, failure, promises }: CrashResult): boolean {
  const { mayTear = false } = lossIn(failure, promises);
  return kills.every(({ held, tornShards, history }) =>
    held && (tornShards === 0 || mayTear) && (history?.contradicting ?? 0) === 0
  );
}

/** The figures of a kill that are numbers. */
export type KillFigure = {
  [Key in keyof KillResult]-?: NonNullable<KillResult[Key]> extends number ? Key : never;
}[keyof KillResult];

/** A figure of all kills together. */
export function sum(kills: readonly KillResult[], key: KillFigure): number {
  return kills.reduce((total, kill) => total + (kill[key] ?? 0), 0);
}

/** The greatest figure of a single kill. */
export function max(kills: readonly KillResult[], key: KillFigure): number {
  return kills.reduce((largest, kill) => Math.max(largest, kill[key] ?? 0), 0);
}

/**
 * The arguments of a crash command that does the same again, without the program's name. The load follows from its
 * seed, and so does the choice of the states that are tried of what it has written; when it is killed does not.
 */
export function crashArguments(
  { options, failure, disk, failover }: Pick<CrashResult, "options" | "failure" | "disk" | "failover">,
  kills: number,
): string[] {
  const cuts: Readonly<Partial<Record<Failure, string>>> = { powerLoss: "power", orderlyEnd: "none" };
  const cut = cuts[failure];
  return [
    "crash",
    `--kills=${Math.max(kills, 1)}`,
    ...(cut === undefined ? [] : [`--cut=${cut}`]),
    ...(disk === undefined ? [] : [`--states=${disk.states}`, `--filesystem=${disk.fileSystem}`]),
    ...(disk?.mountOptions === undefined ? [] : [`--mount-options=${disk.mountOptions}`]),
    // It measures nothing, neither the load nor the device.
    ...argumentsOf(options, ["measurement", "device"]),
    ...(failover === undefined || failover.fault === "kill" ? [] : [`--fault=${failover.fault}`]),
    ...(failover === undefined || failover.lagMs === 0 ? [] : [`--lag=${failover.lagMs}ms`]),
  ];
}
