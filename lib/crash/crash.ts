/**
 * The crash command: tests the gauges and the promises by making a load fail again and again.
 *
 * @module
 */
import type { FailoverOptions } from "../engine/failover.ts";
import type { Loss } from "../engine/promises.ts";
import { promisesOf } from "../backend/backends.ts";
import { isSynced as isLevelSynced } from "../persist/durability.ts";
import { type NumberedLoad, NumberedMix } from "../load/numbered_load.ts";
import { NumberedTrace } from "../load/numbered_trace.ts";
import { ROUND_MAX } from "../load/numbered_workload.ts";
import { Rng } from "../load/rng.ts";
import { removeLeftDirectories } from "../directory/left_directories.ts";
import { releaseDisk } from "../system/left_disks.ts";
import { makeOwnedDirectory, removeTemporaryDirectory } from "../system/temporary_directory.ts";
import type { EngineResult } from "../run/run_result.ts";
import { run } from "../run/runner.ts";
import { given } from "../option/given.ts";
import { thenCleanUp } from "../sync/clean_up.ts";
import { StoppedError } from "../sync/delay.ts";
import type { ChildProgram, KillMoment } from "./child.ts";
import type { CrashResult, KillOutcome, KillResult, Problem } from "./crash_result.ts";
import { FailoverVictim } from "./failover_victim.ts";
import { ABSENT, FoundRecords } from "./found_records.ts";
import { FailureHistory, type KilledChild } from "./failure_history.ts";
import { type PowerOptions, PowerVictim } from "./power_victim.ts";
import { OrderlyVictim, ProcessVictim } from "./process_victim.ts";
import { StateTrial } from "./state_trial.ts";
import { lastAcknowledgedAtMs, type Testimony, WitnessRecords } from "./testimony.ts";
import { type Found, Judge, readAll } from "./verdict.ts";
import { type CrashLoad, type CutName, type Failed, lossIn, type Victim, type VictimParts } from "./victim.ts";

/** What the crash command does. */
export interface CrashOptions {
  readonly kills: number;
  /**
   * What fails: the child's process; the power under its files, which are then on a disk of their own; or nothing, so
   * that the child ends in an orderly way.
   */
  readonly cut?: CutName;
  /** Of cuts of the power: the disk, and how many of the states that each may leave are tried. */
  readonly power?: CutPower;
  /** Present where replicas take over from what fails. */
  readonly failover?: FailoverOptions | undefined;
  /**
   * The child's load and backend; its load time is the latest moment of a kill. Values have at least
   * `NUMBERED_VALUE_BYTES_MIN` bytes, some operations write, and there are at least as many keys as operations in
   * flight.
   */
  readonly options: CrashLoad;
}

/** How the power is cut. */
export interface CutPower extends PowerOptions {
  /** How many of the states that a cut may leave are tried. */
  readonly states: number;
  /** A directory for an image of each state that is found to have lost too much. */
  readonly keep?: string;
}

/** How the power is cut unless it is said otherwise. */
const USUAL_POWER: CutPower = { fileSystem: "ext4", states: 20 };

/** How the command reports what it does, and is told to stop. */
export interface CrashHooks {
  /** Aborted to end the command; a running child is killed at once, and not counted. */
  readonly stop?: AbortSignal;
  /** Called after each kill. */
  onKill?(kill: KillResult): void;
  /** What to start as a child; this kvlab if absent. */
  readonly program?: ChildProgram;
}

/** One kill in this many, on average, comes while the child is still starting or loading. */
const START_KILL_EVERY = 10;
/** How long after a child's start such a kill comes at the latest, in milliseconds. */
const START_KILL_MS_MAX = 300;
/** Added to the load time of a child, so that its load does not end before the kill. */
const CHILD_LOAD_MS_EXTRA = 60_000;
/** A stream of random numbers that nothing else uses. */
const STATES_STREAM = 2 ** 31 + 4;

/**
 * Starts kvlab on a store, makes it fail at a random moment, opens the store again and compares it with what had been
 * acknowledged; as many times as asked, each child continuing where the previous one was killed.
 *
 * @throws {Error} when a child ends by itself, or the store cannot be used
 */
export async function crash(crashOptions: CrashOptions, hooks: CrashHooks = {}): Promise<CrashResult> {
  const scratch = makeOwnedDirectory("kvlab-crash-");
  removeLeftDirectories(scratch);
  return await thenCleanUp(
    () => crashIn(scratch, crashOptions, hooks),
    () => {
      // If its disk could not be taken down, as after a failure of its own.
      if (crashOptions.cut === "power") releaseDisk(scratch);
      removeTemporaryDirectory(scratch);
    },
  );
}

async function crashIn(scratch: string, crashOptions: CrashOptions, hooks: CrashHooks): Promise<CrashResult> {
  const { kills, cut, failover, options, power = USUAL_POWER } = crashOptions;
  const { program, stop } = hooks;
  const victim = await victimOf(crashOptions, { scratch, ...given({ program, stop }) });
  const work = async (): Promise<CrashResult> => {
    const promises = await promisesOf(options.backend, options.threads);
    const { workload } = options;
    const load = workload.kind === "mix" ? new NumberedMix(workload) : await NumberedTrace.read(workload);
    const promise = lossIn(victim.failure, promises);
    const rounds = new CrashRounds(victim, options, { load, promise, stop, scratch, power });
    await rounds.start();
    const results: KillResult[] = [];
    for (let kill = 1; kill <= kills && !stop?.aborted; kill++) {
      const result = await rounds.kill(kill);
      if (result === undefined) break;
      results.push(result);
      hooks.onKill?.(result);
      // No further child can continue from a store that cannot be opened.
      if (rounds.isOver) break;
    }
    return {
      options,
      failure: victim.failure,
      ...given({ failover, disk: cut === "power" ? power : undefined, engine: rounds.engine }),
      promises,
      kills: results,
      ...(stop?.aborted ? { stoppedBy: stop.reason } : {}),
    };
  };
  return await thenCleanUp(work, () => victim.close?.());
}

async function victimOf(
  { cut = "process", failover, options, power = USUAL_POWER }: CrashOptions,
  parts: VictimParts,
): Promise<Victim> {
  if (failover !== undefined) return await FailoverVictim.open(options, { ...failover, ...parts });
  switch (cut) {
    case "process":
      return new ProcessVictim(options.backend, parts);
    case "power":
      return await PowerVictim.open(options, power, parts);
    case "none":
      return new OrderlyVictim(options.backend, parts);
  }
}

/** What the kills of a store have in common. */
interface RoundsParts {
  readonly load: NumberedLoad;
  /** What each may lose. */
  readonly promise: Loss;
  readonly stop: AbortSignal | undefined;
  readonly scratch: string;
  readonly power: CutPower;
}

/** What a failure is judged with. */
interface OutcomeParts {
  readonly judge: Judge;
  readonly failed: Failed;
  readonly records: WitnessRecords;
  /** What was acknowledged until the end. */
  readonly testimony: Testimony;
  readonly history: FailureHistory | undefined;
}

/** The kills of one store. */
class CrashRounds {
  readonly #victim: Victim;
  readonly #options: CrashLoad;
  readonly #parts: RoundsParts;
  readonly #moments: Rng;
  readonly #choices: Rng;
  /** How many findings there are of each problem. */
  readonly #findings = new Map<Problem, number>();
  /** The records that were ever there, or put: 1 for each of them. */
  readonly #everThere: Uint8Array;
  /** What was found before the first child, and what was found last. */
  #first: Found = { records: new FoundRecords(0), versions: new Float64Array() };
  #found = this.#first;
  #isOver = false;
  #engine: EngineResult | undefined;
  /** Rounds are numbered from the last one that left anything in the store. */
  #round = 0;

  constructor(victim: Victim, options: CrashLoad, parts: RoundsParts) {
    this.#victim = victim;
    this.#options = { ...options, backend: victim.backend };
    this.#parts = parts;
    this.#everThere = new Uint8Array(parts.load.keySpace.keyCount);
    this.#moments = new Rng(options.seed, 2 ** 31);
    this.#choices = new Rng(options.seed, STATES_STREAM);
  }

  /** The engine's description of itself, if there is one. */
  get engine(): EngineResult | undefined {
    return this.#engine;
  }

  /** Whether the store cannot be opened any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Preloads the records if the workload asks for it, and reads the store before the first child. */
  async start(): Promise<void> {
    const { load, stop } = this.#parts;
    const { workload } = this.#options;
    const isWanted = workload.kind === "mix" && workload.preload;
    // Only once: later children continue from what earlier ones have left.
    if (isWanted && this.#victim.preload !== undefined) {
      await this.#victim.preload(this.#options);
    } else if (isWanted) {
      const { check: _, ...unchecked } = this.#options;
      const { failed } = await run({ ...unchecked, ops: 1 }, given({ stop }));
      if (failed !== undefined) throw new Error(failed);
    }
    const recovered = await this.#victim.recover(load.keySpace);
    this.#engine = await recovered.describe?.();
    const found = await readAll(recovered, load);
    this.#first = this.#found = found;
    for (const [record, round] of found.records.rounds.entries()) {
      if (round !== ABSENT) this.#everThere[record] = 1;
    }
    this.#round = found.records.lastRound;
  }

  /** Starts a child, makes it fail, and compares; `undefined` if told to stop first. */
  async kill(kill: number): Promise<KillResult | undefined> {
    const witness = `${this.#parts.scratch}/witness`;
    Deno.mkdirSync(witness);
    return await thenCleanUp(() => this.#kill(kill, witness), () => Deno.removeSync(witness, { recursive: true }));
  }

  async #kill(kill: number, directory: string): Promise<KillResult | undefined> {
    const round = ++this.#round;
    if (round > ROUND_MAX) throw new Error(`The store has had ${ROUND_MAX} kills: no more can be told apart`);
    const { loadTimeMs, workload, seed: firstSeed } = this.#options;
    const seed = (firstSeed + kill) % 2 ** 32;
    const failed = await this.#victim.fail({
      ...this.#options,
      seed,
      loadTimeMs: loadTimeMs + CHILD_LOAD_MS_EXTRA,
      workload: workload.kind === "mix" ? { ...workload, preload: false } : workload,
      witness: { directory, round },
    }, this.#moment(loadTimeMs));
    if (failed === undefined) return undefined;

    const { load, promise } = this.#parts;
    const before = this.#found;
    const { backend } = this.#options;
    const judge = new Judge({
      first: this.#first,
      before,
      load,
      seed,
      round,
      failure: this.#victim.failure,
      promise,
      isSynced: backend.kind !== "file" || isLevelSynced(backend.sync),
      everThere: this.#everThere.reduce((count, mark) => count + mark, 0),
    });
    const records = new WitnessRecords(directory, this.#lanes);
    const { testimony = records.until() } = failed;
    const end = { kill, during: failed.hadBegun ? "load" : "start", loadMs: failed.loadMs } as const;
    judge.markPut(testimony, this.#everThere);
    try {
      const known = { round, before: before.records, failedAtMs: failed.killedAtMs, directory };
      const parts = { judge, failed, records, testimony, history: this.#historyOf(failed, known) };
      const outcome = this.#victim instanceof PowerVictim
        ? await this.#tryStates(kill, { ...parts, victim: this.#victim })
        : await this.#outcome(parts);
      return { ...end, ...outcome };
    } catch (error) {
      if (error instanceof StoppedError) return undefined;
      throw error;
    }
  }

  /** Judges what a failure has left that leaves one state. */
  async #outcome({ judge, failed, testimony, history }: OutcomeParts): Promise<KillOutcome> {
    // On a busy machine a child goes on for some milliseconds after it was to be killed.
    const failedAtMs = failed.testimony === undefined
      ? Math.max(failed.killedAtMs, lastAcknowledgedAtMs(testimony))
      : failed.killedAtMs;
    const open = () => this.#victim.recover(this.#parts.load.keySpace, true);
    const { verdict, refused, found } = await judge.judge({ open, testimony, failedAtMs });
    this.#goOnFrom(found);
    const { unsoundFiles, takeoverMs, unavailableMs } = failed;
    return {
      ...verdict,
      held: verdict.held && (unsoundFiles ?? 0) === 0,
      // Only an orderly end has the first of these, and only a failover the others.
      ...given({ unsoundFiles, takeoverMs, unavailableMs, refused: takeoverMs === undefined ? undefined : refused }),
      ...given({ history: await history?.judge(found?.records) }),
    };
  }

  /** The history of a failure, if it is to be judged. */
  #historyOf(
    { tape }: Failed,
    { directory, ...known }: Pick<KilledChild, "round" | "before" | "failedAtMs" | "directory">,
  ): FailureHistory | undefined {
    const { check, workload: mix, threads } = this.#options;
    if (check === undefined || mix.kind !== "mix") return undefined;
    const load = { ...known, mix };
    if (tape !== undefined) return FailureHistory.ofOutlived(load, tape);
    const { promise } = this.#parts;
    return FailureHistory.ofChild({ ...load, directory, threads, inFlight: this.#lanes, promise });
  }

  /** Judges the states that a cut of the power may have left, and shrinks some of those that did not hold. */
  async #tryStates(
    kill: number,
    { victim, judge, records, history }: OutcomeParts & { readonly victim: PowerVictim },
  ): Promise<KillOutcome> {
    const recording = await victim.recording();
    const { load, promise, stop, power: { fileSystem, states: count, keep } } = this.#parts;
    const { outcome, found } = await new StateTrial(recording, {
      victim,
      judge,
      records,
      history,
      keys: load.keySpace,
      promise,
      count,
      random: this.#choices,
      fileSystem,
      findings: this.#findings,
      images: keep === undefined ? undefined : `${keep}/kvlab-seed-${this.#options.seed}-cut-${kill}`,
      stop,
    }).run();
    this.#goOnFrom(found);
    return outcome;
  }

  /** Nothing is found once nothing can be read any more. */
  #goOnFrom(found: Found | undefined): void {
    this.#isOver = found === undefined;
    if (found !== undefined) this.#found = found;
  }

  /**
   * The number of sequences of writes in which each is acknowledged before the next: threads, or operations in flight.
   */
  get #lanes(): number {
    const { backend, threads } = this.#options;
    return backend.kind === "engine" ? threads * backend.inFlight : threads;
  }

  #moment(loadTimeMs: number): KillMoment {
    if (this.#moments.below(START_KILL_EVERY) === 0) {
      return { startMs: this.#moments.below(START_KILL_MS_MAX * 1000) / 1000 };
    }
    return { loadMs: this.#moments.below(Math.round(loadTimeMs * 1000)) / 1000 };
  }
}
