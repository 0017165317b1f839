/**
 * The crash command: proves the gauges by killing kvlab, again and again.
 *
 * SIGKILL keeps the page cache, so it shows what a crash of the process loses, and says nothing about a power loss.
 *
 * @module
 */
import type { FileBackendOptions } from "../backend/backend.ts";
import { ROUND_MAX } from "../load/numbered_workload.ts";
import { Rng } from "../load/rng.ts";
import type { MixOptions } from "../load/workload.ts";
import { exposureBound } from "../persist/exposure_bound.ts";
import { makeTemporaryDirectory, removeTemporaryDirectory } from "../persist/temporary_directory.ts";
import type { RunOptions } from "../run/run_options.ts";
import { run } from "../run/runner.ts";
import { type ChildProgram, killChild, type KillMoment, thisProgram } from "./child.ts";
import type { CrashResult, KillResult } from "./crash_result.ts";
import { FoundRecords } from "./found_records.ts";
import { compare } from "./outcome.ts";
import { type RecoveredDirectory, recoverFiles } from "./recovery.ts";
import { unpersisted } from "./shard_gauge.ts";
import { readTestimony } from "./testimony.ts";

/** What the crash command does. */
export interface CrashOptions {
  readonly kills: number;
  /**
   * The child's load and backend; its load time is the latest moment of a kill. Values have at least
   * `NUMBERED_VALUE_BYTES_MIN` bytes, some operations put, and there are as many keys as threads.
   */
  readonly options: RunOptions & { readonly backend: FileBackendOptions; readonly workload: MixOptions };
}

/** How the command tells what it does, and is told to stop. */
export interface CrashHooks {
  /** Aborted to end the command; a child that runs is killed at once, and not counted. */
  readonly stop?: AbortSignal;
  /** Called after each kill. */
  onKill?(kill: KillResult): void;
  /** What to start as a child; this kvlab when absent. */
  readonly program?: ChildProgram;
}

/** One kill in so many, on average, comes while the child is still starting or loading. */
const START_KILL_EVERY = 10;
/** How long after a child's start such a kill comes at the latest, in milliseconds. */
const START_KILL_MS_MAX = 300;
/** Longer than a load that is killed by then ever takes. */
const CHILD_LOAD_MS_EXTRA = 60_000;

/**
 * Starts kvlab on a directory, kills it at a random moment, reads the directory again and compares it with what had been
 * acknowledged; as many times as asked, each child going on where the one before was killed.
 *
 * @throws {Error} when a child ends by itself, or the directory cannot be used
 */
export async function crash({ kills, options }: CrashOptions, hooks: CrashHooks = {}): Promise<CrashResult> {
  const output = options.backend.output ?? makeTemporaryDirectory("kvlab-crash-");
  try {
    const rounds = new CrashRounds(output, options, hooks);
    await rounds.start();
    const results: KillResult[] = [];
    for (let kill = 1; kill <= kills && !hooks.stop?.aborted; kill++) {
      const result = await rounds.kill(kill);
      if (result === undefined) break;
      results.push(result);
      hooks.onKill?.(result);
    }
    return { options, kills: results, ...(hooks.stop?.aborted ? { stoppedBy: hooks.stop.reason } : {}) };
  } finally {
    if (options.backend.output === undefined) removeTemporaryDirectory(output);
  }
}

/** The kills of one directory. */
class CrashRounds {
  readonly #options: CrashOptions["options"];
  readonly #output: string;
  readonly #program: ChildProgram | undefined;
  readonly #stop: AbortSignal | undefined;
  readonly #moments: Rng;
  /** What was last found. */
  #found = new FoundRecords(0);
  #versions: Float64Array = new Float64Array();
  /** Rounds are numbered on from the last one of which the directory holds anything. */
  #round = 0;

  constructor(output: string, options: CrashOptions["options"], hooks: CrashHooks) {
    this.#output = output;
    this.#options = { ...options, backend: { ...options.backend, output } };
    this.#program = hooks.program;
    this.#stop = hooks.stop;
    this.#moments = new Rng(options.seed, 2 ** 31);
  }

  /** Puts the records that exist before the load, where they are to be put, and reads what there is before the first child. */
  async start(): Promise<void> {
    const { workload } = this.#options;
    // Once: later children go on from what the ones before have left.
    if (workload.preload) await run({ ...this.#options, ops: 1 }, this.#stop === undefined ? {} : { stop: this.#stop });
    const recovered = await recoverFiles(this.#options.backend, workload);
    await this.#read(recovered);
    this.#round = this.#found.lastRound;
  }

  /** Starts a child, kills it, and compares; `undefined` when it is told to stop first. */
  async kill(kill: number): Promise<KillResult | undefined> {
    const witness = makeTemporaryDirectory("kvlab-witness-");
    try {
      return await this.#kill(kill, witness);
    } finally {
      removeTemporaryDirectory(witness);
    }
  }

  async #kill(kill: number, directory: string): Promise<KillResult | undefined> {
    const round = ++this.#round;
    if (round > ROUND_MAX) throw new Error(`${this.#output} has had ${ROUND_MAX} kills: no more can be told apart`);
    const { loadTimeMs, threads, workload: mix, backend, seed: firstSeed } = this.#options;
    const seed = (firstSeed + kill) % 2 ** 32;
    const end = await killChild(this.#program ?? thisProgram([this.#output, directory]), {
      ...this.#options,
      seed,
      loadTimeMs: loadTimeMs + CHILD_LOAD_MS_EXTRA,
      workload: { ...mix, preload: false },
      witness: { directory, round },
    }, { moment: this.#moment(loadTimeMs), stop: this.#stop });
    if (end === undefined) return undefined;

    const recovered = await recoverFiles(backend, mix);
    const { recoveryMs, files } = recovered;
    const foundBefore = this.#found;
    const versionsBefore = this.#versions;
    await this.#read(recovered);
    const testimony = readTestimony(directory, threads);
    const outcome = compare({ found: this.#found, foundBefore, testimony, mix, seed, round });
    const gauge = unpersisted(testimony, versionsBefore, testimony.writtenVersions);
    const { acknowledged, lost, oldestLostAtMs, neverAcknowledged, holes } = outcome;
    return {
      kill,
      during: end.hadBegun ? "load" : "start",
      loadMs: end.loadMs,
      acknowledged,
      recovered: Math.max(0, acknowledged - lost),
      lost,
      oldestLostMs: oldestLostAtMs === Infinity ? 0 : Math.max(0, end.killedAtMs - oldestLostAtMs),
      neverAcknowledged,
      holes,
      tornShards: files.torn,
      damagedSpares: files.damagedSpares,
      gauge,
      held: lost <= Math.min(gauge, this.#lossMax),
      recoveryMs,
    };
  }

  /** Reads all that is there, and closes it. */
  async #read(recovered: RecoveredDirectory): Promise<void> {
    try {
      this.#found = await FoundRecords.read(recovered, this.#options.workload);
      this.#versions = recovered.files.versions;
    } finally {
      await recovered.close();
    }
  }

  #moment(loadTimeMs: number): KillMoment {
    if (this.#moments.below(START_KILL_EVERY) === 0) {
      return { startMs: this.#moments.below(START_KILL_MS_MAX * 1000) / 1000 };
    }
    return { loadMs: this.#moments.below(Math.round(loadTimeMs * 1000)) / 1000 };
  }

  /** The most acknowledged writes that the policy says a crash of the process loses. */
  get #lossMax(): number {
    const { backend: { policy }, threads } = this.#options;
    return exposureBound(policy, threads).writes ?? Infinity;
  }
}
