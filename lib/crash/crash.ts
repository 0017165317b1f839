/**
 * The crash command: tests the gauges and the promises by making a load fail again and again.
 *
 * @module
 */
import { EngineError, HarnessError } from "../engine/engine_error.ts";
import type { Loss, Promises } from "../engine/promises.ts";
import { promisesOf } from "../backend/backends.ts";
import { ROUND_MAX } from "../load/numbered_workload.ts";
import { Rng } from "../load/rng.ts";
import { removeLeftDirectories } from "../directory/left_directories.ts";
import { makeOwnedDirectory, removeTemporaryDirectory } from "../system/temporary_directory.ts";
import { run } from "../run/runner.ts";
import { thenCleanUp } from "../sync/clean_up.ts";
import { StoppedError } from "../sync/delay.ts";
import type { ChildProgram, KillMoment } from "./child.ts";
import type { CrashLoad } from "./crash_load.ts";
import type { CrashResult, KillResult } from "./crash_result.ts";
import { FailoverVictim } from "./failover_victim.ts";
import { FoundRecords } from "./found_records.ts";
import { OrderlyVictim } from "./orderly_victim.ts";
import { countLosses, type LossCount } from "./loss_count.ts";
import { PowerVictim } from "./power_victim.ts";
import { ProcessVictim } from "./process_victim.ts";
import { ageOf, damage, killResult, unreadable } from "./kill_result.ts";
import type { Recovered } from "./recovery.ts";
import { unpersisted } from "./shard_gauge.ts";
import { lastAcknowledgedAtMs, readTestimony, type Testimony } from "./testimony.ts";
import { type CutName, type Failed, lossIn, type Victim, type VictimParts } from "./victim.ts";

/** What the crash command does. */
export interface CrashOptions {
  readonly kills: number;
  /**
   * What fails: the child's process; the power under its files, which are then on a disk of their own; or nothing, so
   * that the child ends in an orderly way.
   */
  readonly cut?: CutName;
  /**
   * Present where replicas take over from what is killed: how long they receive nothing before the kill, in
   * milliseconds.
   */
  readonly lagMs?: number | undefined;
  /**
   * The child's load and backend; its load time is the latest moment of a kill. Values have at least
   * `NUMBERED_VALUE_BYTES_MIN` bytes, some operations put, and there are at least as many keys as operations in flight.
   */
  readonly options: CrashLoad;
}

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
/** Clocks are read slightly apart, so a write may be this much older than promised, in milliseconds. */
const AGE_TOLERANCE_MS = 5;

/**
 * Starts kvlab on a store, makes it fail at a random moment, opens the store again and compares it with what had been
 * acknowledged; as many times as asked, each child continuing where the previous one was killed.
 *
 * @throws {Error} when a child ends by itself, or the store cannot be used
 */
export async function crash(
  { kills, cut = "process", lagMs, options }: CrashOptions,
  hooks: CrashHooks = {},
): Promise<CrashResult> {
  const scratch = makeOwnedDirectory("kvlab-crash-");
  removeLeftDirectories(scratch);
  return await thenCleanUp(
    () => crashIn(scratch, { kills, cut, lagMs, options }, hooks),
    () => removeTemporaryDirectory(scratch),
  );
}

async function crashIn(
  scratch: string,
  { kills, cut = "process", lagMs, options }: CrashOptions,
  hooks: CrashHooks,
): Promise<CrashResult> {
  const { program, stop } = hooks;
  const parts = { scratch, ...(program === undefined ? {} : { program }), ...(stop === undefined ? {} : { stop }) };
  const victim = lagMs === undefined
    ? victimOf(cut, options, parts)
    : await FailoverVictim.open(options, { lagMs, ...parts });
  const work = async (): Promise<CrashResult> => {
    const promises = await promisesOf(options.backend, options.threads);
    const rounds = new CrashRounds(victim, { options, promises, hooks, scratch });
    await rounds.start();
    const results: KillResult[] = [];
    for (let kill = 1; kill <= kills && !hooks.stop?.aborted; kill++) {
      const result = await rounds.kill(kill);
      if (result === undefined) break;
      results.push(result);
      hooks.onKill?.(result);
      // No further child can continue from a store that cannot be opened.
      if (result.unreadable !== undefined) break;
    }
    return {
      options,
      failure: victim.failure,
      ...(lagMs === undefined ? {} : { lagMs }),
      promises,
      kills: results,
      ...(hooks.stop?.aborted ? { stoppedBy: hooks.stop.reason } : {}),
    };
  };
  return await thenCleanUp(work, () => victim.close?.());
}

function victimOf(cut: CutName, { backend, workload }: CrashLoad, parts: VictimParts): Victim {
  switch (cut) {
    case "process":
      return new ProcessVictim(backend, parts);
    case "power":
      return new PowerVictim(backend, workload, parts);
    case "none":
      return new OrderlyVictim(backend, parts);
  }
}

/** The kills of one store. */
class CrashRounds {
  readonly #victim: Victim;
  readonly #options: CrashLoad;
  readonly #promise: Loss;
  readonly #stop: AbortSignal | undefined;
  readonly #moments: Rng;
  readonly #scratch: string;
  /** The records found last. */
  #found = new FoundRecords(0);
  #versions: Float64Array = new Float64Array();
  /** Rounds are numbered from the last one that left anything in the store. */
  #round = 0;

  constructor(
    victim: Victim,
    parts: { options: CrashLoad; promises: Promises; hooks: CrashHooks; scratch: string },
  ) {
    const { options, promises, hooks, scratch } = parts;
    this.#scratch = scratch;
    this.#victim = victim;
    this.#options = { ...options, backend: victim.backend };
    this.#promise = lossIn(victim.failure, promises);
    this.#stop = hooks.stop;
    this.#moments = new Rng(options.seed, 2 ** 31);
  }

  /** Preloads the records if the workload asks for it, and reads the store before the first child. */
  async start(): Promise<void> {
    const { workload } = this.#options;
    // Only once: later children continue from what earlier ones have left.
    if (workload.preload && this.#victim.preload !== undefined) {
      await this.#victim.preload(this.#options);
    } else if (workload.preload) {
      const hooks = this.#stop === undefined ? {} : { stop: this.#stop };
      const { failed } = await run({ ...this.#options, ops: 1 }, hooks);
      if (failed !== undefined) throw new Error(failed);
    }
    await this.#read(await this.#victim.recover(workload));
    this.#round = this.#found.lastRound;
  }

  /** Starts a child, makes it fail, and compares; `undefined` if told to stop first. */
  async kill(kill: number): Promise<KillResult | undefined> {
    const witness = `${this.#scratch}/witness`;
    Deno.mkdirSync(witness);
    return await thenCleanUp(() => this.#kill(kill, witness), () => Deno.removeSync(witness, { recursive: true }));
  }

  async #kill(kill: number, directory: string): Promise<KillResult | undefined> {
    const round = ++this.#round;
    if (round > ROUND_MAX) throw new Error(`The store has had ${ROUND_MAX} kills: no more can be told apart`);
    const { loadTimeMs, workload: mix, seed: firstSeed } = this.#options;
    const seed = (firstSeed + kill) % 2 ** 32;
    const failed = await this.#victim.fail({
      ...this.#options,
      seed,
      loadTimeMs: loadTimeMs + CHILD_LOAD_MS_EXTRA,
      workload: { ...mix, preload: false },
      witness: { directory, round },
    }, this.#moment(loadTimeMs));
    if (failed === undefined) return undefined;

    const { testimony = readTestimony(directory, this.#lanes) } = failed;
    // On a busy machine a child goes on for some milliseconds after it was to be killed.
    const killedAtMs = failed.testimony === undefined
      ? Math.max(failed.killedAtMs, lastAcknowledgedAtMs(testimony))
      : failed.killedAtMs;
    const end = { ...failed, killedAtMs };
    const foundBefore = this.#found;
    const versionsBefore = this.#versions;
    let recovered: Recovered;
    try {
      recovered = await this.#victim.recover(mix, true);
    } catch (error) {
      if (error instanceof StoppedError) return undefined;
      // What kept the engine from being asked says nothing about what it has kept.
      if (!(error instanceof EngineError) || error instanceof HarnessError) throw error;
      return unreadable(kill, { end, testimony, foundBefore, reason: error.message });
    }
    const { recoveryMs, files, repaired } = recovered;
    await this.#read(recovered);
    const outcome = countLosses({ found: this.#found, foundBefore, testimony, mix, seed, round });
    const gauge = files === undefined ? undefined : this.#gauge(testimony, versionsBefore);
    return {
      kill,
      ...killResult(end, outcome),
      ...damage(files),
      ...(repaired === undefined ? {} : { repaired }),
      recoveryMs,
      ...this.#verdict(end, outcome, gauge),
    };
  }

  /**
   * The number of sequences of puts in which each is acknowledged before the next: threads, or operations in flight.
   */
  get #lanes(): number {
    const { backend, threads } = this.#options;
    return backend.kind === "engine" ? threads * backend.inFlight : threads;
  }

  /** What the child's own gauge would have read. */
  #gauge(testimony: Testimony, versionsBefore: Float64Array): number {
    const { writtenVersions, syncedVersions } = testimony;
    const persisted = this.#victim.failure === "powerLoss" ? syncedVersions : writtenVersions;
    return unpersisted(testimony, versionsBefore, persisted);
  }

  #verdict(
    end: Failed,
    outcome: LossCount,
    gauge: number | undefined,
  ): Pick<KillResult, "held" | "gauge"> {
    const { writesMax = Infinity, ageMsMax = Infinity } = this.#promise;
    const { unsoundFiles = 0 } = end;
    const isPromised = outcome.lost <= writesMax && ageOf(outcome, end) <= ageMsMax + AGE_TOLERANCE_MS &&
      unsoundFiles === 0;
    return gauge === undefined ? { held: isPromised } : { gauge, held: isPromised && outcome.lost <= gauge };
  }

  /** Reads everything that is there, and closes it. */
  async #read(recovered: Recovered): Promise<void> {
    this.#found = await thenCleanUp(
      () => FoundRecords.read(recovered, this.#options.workload),
      () => recovered.close(),
    );
    this.#versions = recovered.files?.versions ?? new Float64Array();
  }

  #moment(loadTimeMs: number): KillMoment {
    if (this.#moments.below(START_KILL_EVERY) === 0) {
      return { startMs: this.#moments.below(START_KILL_MS_MAX * 1000) / 1000 };
    }
    return { loadMs: this.#moments.below(Math.round(loadTimeMs * 1000)) / 1000 };
  }
}
