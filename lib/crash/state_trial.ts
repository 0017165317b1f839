/**
 * Tries the states in which a cut of the power may have left a disk: each is mounted, the store on it opened, and
 * judged by what had been acknowledged before.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import type { FileSystemName } from "../disk/file_system.ts";
import { stateImage, writeImage } from "../disk/image.ts";
import { nameShrunk } from "../disk/naming.ts";
import { arrivalAt, type DiskState, type Recording } from "../disk/recording.ts";
import { SystemCallError } from "../disk/libc.ts";
import { shrinkState } from "../disk/shrink.ts";
import { chooseStates } from "../disk/states.ts";
import type { Loss } from "../engine/promises.ts";
import type { Rng } from "../load/rng.ts";
import { given } from "../option/given.ts";
import type { HistoryResult } from "../run/run_history.ts";
import { removeFile } from "../system/file_io.ts";
import {
  type Finding,
  type KillOutcome,
  NOTHING_LOST,
  type Problem,
  type StateResult,
  type Verdict,
} from "./crash_result.ts";
import type { FailureHistory } from "./failure_history.ts";
import type { PowerVictim } from "./power_victim.ts";
import type { Testimony, WitnessRecords } from "./testimony.ts";
import { type Found, type Judge, type Judgement, problemOf } from "./verdict.ts";

/** What a trial is made with. */
export interface TrialParts {
  readonly victim: PowerVictim;
  readonly judge: Judge;
  readonly records: WitnessRecords;
  /** What the child did, if that is to be judged with each state. */
  readonly history: FailureHistory | undefined;
  /** What the load may put. */
  readonly keys: KeySpace;
  readonly promise: Loss;
  /** How many states to try. */
  readonly count: number;
  readonly random: Rng;
  readonly fileSystem: FileSystemName;
  /** The number of findings of each problem, of all cuts. */
  readonly findings: Map<Problem, number>;
  /** What the names of the images of findings begin with, if they are to be kept. */
  readonly images?: string | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** Of so many states, one is recovered from twice: the power fails again while the store is being opened. */
const AGAIN_EVERY = 8;
/** How many states are tried of each such recovery. */
const AGAIN_STATES = 2;

/** Of each problem so many cuts have a finding: to shrink it takes as long as many states do. */
const FINDINGS_MAX = 3;

/** What came of the states of one cut. */
export interface Trial {
  readonly outcome: KillOutcome;
  /** What the disk now holds, from which the next child can go on; absent if no state could be read. */
  readonly found?: Found;
}

/** What had happened when the power failed. */
interface Failing {
  readonly testimony: Testimony;
  readonly failedAtMs: number;
  /** How many shards the recovery had found torn in which it failed again. */
  readonly tornBefore?: number;
}

/** The states of one recording. */
export class StateTrial {
  readonly #recording: Recording;
  readonly #parts: TrialParts;
  readonly #results: StateResult[] = [];
  readonly #findings: Finding[] = [];
  /** Of the states' histories the one with the most keys that contradict themselves, or that are undecided. */
  #history: HistoryResult | undefined;

  constructor(recording: Recording, parts: TrialParts) {
    this.#recording = recording;
    this.#parts = parts;
  }

  /** Tries them, and leaves the disk mounted in one of those that could be read. */
  async run(): Promise<Trial> {
    const { count, random, records, stop } = this.#parts;
    const states = chooseStates(this.#recording, { count, random, acknowledgedAtMs: records.timesMs() });
    for (const state of states) {
      if (stop?.aborted || this.#results.length >= count) break;
      const isAgain = this.#results.length % AGAIN_EVERY === AGAIN_EVERY - 1;
      await this.#try(state, isAgain ? Math.min(AGAIN_STATES, count - this.#results.length - 1) : 0);
    }
    const found = await this.#goOn(states);
    const tried = { states: this.#results, findings: this.#findings, ...given({ history: this.#history }) };
    return { outcome: { ...worstOf(this.#results), ...tried }, ...given({ found }) };
  }

  /** Tries a state, and so many of those that a second cut may leave while the store is opened again. */
  async #try(state: DiskState, again: number): Promise<void> {
    const { disk } = this.#parts.victim;
    const failing = this.#failingAt(state);
    await disk.set(this.#recording, state);
    if (again > 0) await disk.record();
    const result = await this.#add(state, failing);
    if (again > 0) await this.#tryAgain(again, state.moment, { ...failing, tornBefore: result.tornShards });
    await this.#find(state, result, { recording: this.#recording, failing });
  }

  async #tryAgain(count: number, moment: number, failing: Failing): Promise<void> {
    const { victim: { disk }, random } = this.#parts;
    await disk.end();
    const recording = await disk.take();
    for (const state of chooseStates(recording, { count, random, acknowledgedAtMs: new Float64Array() })) {
      await disk.set(recording, state);
      const result = await this.#add({ ...state, moment }, failing, true);
      await this.#find(state, result, { recording, failing });
    }
    await disk.forget();
  }

  /**
   * Makes a finding of a state that did not hold, if the cut has none of its problem, and all cuts have few: shrinks
   * it, names the writes that it takes, and keeps an image of it. The disk must not be mounted, and is not afterwards.
   *
   * @throws {PersistError} when the image cannot be written
   */
  async #find(
    state: DiskState,
    { problem, again }: StateResult,
    { recording, failing }: { recording: Recording; failing: Failing },
  ): Promise<void> {
    const { victim: { disk }, judge, fileSystem, findings, images, stop } = this.#parts;
    if (problem === undefined || stop?.aborted || this.#findings.some((found) => found.problem === problem)) return;
    const found = findings.get(problem) ?? 0;
    if (found === FINDINGS_MAX) return;
    findings.set(problem, found + 1);
    const number = this.#results.length;
    const tryState = async (state: DiskState) => {
      await disk.set(recording, state);
      const judgement = await this.#judge(failing);
      const result = this.#resultOf(state, judgement, again);
      if (typeof judgement === "string" || judgement.found === undefined) return { result };
      return { result, ...judge.examples(judgement.found, failing) };
    };
    const isShown = async (state: DiskState) => (await tryState(state)).result.problem === problem;
    const shrunk = await shrinkState(recording, state, isShown);
    const { missing, trials } = shrunk;
    const shown = await tryState(missing);
    const named = await nameShrunk(disk, fileSystem, recording, shrunk);
    const image = images === undefined ? undefined : `${images}-state-${number}.img`;
    if (image !== undefined) {
      // One of an earlier command with the same seed.
      removeFile(image);
      writeImage(stateImage(recording.base, recording.events, missing), image);
    }
    this.#findings.push({ problem, state: number, ...shown, ...given({ image }), ...named, trials });
  }

  #failingAt({ moment }: DiskState): Failing {
    const { atMs } = arrivalAt(this.#recording, moment);
    return { testimony: this.#parts.records.until(atMs), failedAtMs: atMs };
  }

  /** Mounts what is on the disk, judges it, and unmounts it; why it cannot be mounted, if so. */
  async #judge(failing: Failing): Promise<Judgement | string> {
    const { victim, judge, keys } = this.#parts;
    try {
      await victim.disk.mount();
    } catch (error) {
      if (error instanceof SystemCallError) return error.message;
      throw error;
    }

    const judgement = await judge.judge({ ...failing, open: () => victim.recover(keys, true) });

    await victim.disk.unmount();
    return judgement;
  }

  /** Judges what is on the disk as one of the states. */
  async #add(state: DiskState, failing: Failing, again = false): Promise<StateResult> {
    const judgement = await this.#judge(failing);
    const result = this.#resultOf(state, judgement, again);
    this.#results.push(result);
    if (typeof judgement !== "string") await this.#judgeHistory(judgement, failing);
    return result;
  }

  async #judgeHistory({ found }: Judgement, { failedAtMs }: Failing): Promise<void> {
    const history = await this.#parts.history?.judge(found?.records, failedAtMs);
    const worst = this.#history;
    if (history === undefined) return;
    const isWorse = worst === undefined || history.contradicting > worst.contradicting ||
      (history.contradicting === worst.contradicting && history.undecided >= worst.undecided);
    if (isWorse) this.#history = history;
  }

  #resultOf({ kind, moment }: DiskState, judgement: Judgement | string, again: boolean): StateResult {
    const state = { kind, again, moment };
    if (typeof judgement === "string") return { ...NOTHING_LOST, ...state, unmountable: judgement };
    const { verdict } = judgement;
    return { ...state, ...verdict, ...given({ problem: problemOf(verdict, this.#parts.promise) }) };
  }

  /** Mounts one of the states, chosen by chance, that can be read; what there is in it. */
  async #goOn(states: readonly DiskState[]): Promise<Found | undefined> {
    const { victim: { disk }, random } = this.#parts;
    const left = [...states];
    while (left.length > 0) {
      const [state] = left.splice(random.below(left.length), 1);
      if (state === undefined) break;
      await disk.set(this.#recording, state);
      const judgement = await this.#judge(this.#failingAt(state));
      if (typeof judgement === "string" || judgement.found === undefined) continue;
      await disk.mount();
      return judgement.found;
    }
    return undefined;
  }
}

/**
 * The verdict on a cut, with all that had been acknowledged. What is lost, since when, and what the gauge said is that
 * of the state that lost most, of those that lost too much if any did; what else is wrong may be so in other states.
 */
export function worstOf(states: readonly StateResult[]): Verdict {
  const tooMuch = states.filter(({ problem }) => problem === "promise broken" || problem === "gauge exceeded");
  const { lost, resurrected, oldestLostMs, holes, gauge } = (tooMuch.length > 0 ? tooMuch : states).reduce(
    (worst: Verdict, state) => state.lost > worst.lost ? state : worst,
    tooMuch[0] ?? states[0] ?? NOTHING_LOST,
  );
  const most = (of: (state: StateResult) => number) => states.reduce((most, state) => Math.max(most, of(state)), 0);
  const acknowledged = most((state) => state.acknowledged);
  return {
    acknowledged,
    recovered: Math.max(0, acknowledged - lost),
    lost,
    resurrected,
    oldestLostMs,
    neverAcknowledged: most((state) => state.neverAcknowledged),
    holes,
    neverPut: most((state) => state.neverPut),
    tornShards: most((state) => state.tornShards),
    damagedSpares: most((state) => state.damagedSpares),
    held: states.every(({ held, problem }) => held && problem === undefined),
    recoveryMs: most((state) => state.recoveryMs),
    ...given({
      gauge,
      unreadable: states.find(({ unreadable }) => unreadable !== undefined)?.unreadable,
      repaired: states.find(({ repaired }) => repaired !== undefined)?.repaired,
    }),
  };
}
