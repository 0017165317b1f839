/**
 * The crash command: proves the gauges by killing kvlab, again and again.
 *
 * SIGKILL keeps the page cache, so it shows what a crash of the process loses, and says nothing about a power loss.
 *
 * @module
 */
import type { FileBackendOptions } from "../backend/backend.ts";
import { prepareFiles } from "../backend/prepare.ts";
import { NUMBERED_KEY_SPACE } from "../load/numbered_workload.ts";
import { Rng } from "../load/rng.ts";
import { parseShardFileName } from "../persist/shard_file.ts";
import { exposureBound } from "../run/exposure_bound.ts";
import { makeTemporaryDirectory, removeTemporaryDirectory } from "../persist/temporary_directory.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { SharedStore } from "../store/shared_store.ts";
import { Abort } from "../sync/abort.ts";
import { Clock } from "../sync/clock.ts";
import { type ChildProgram, killChild, type KillMoment, thisProgram } from "./child.ts";
import { compare } from "./outcome.ts";
import type { CrashResult, KillResult } from "./crash_result.ts";
import { readTestimony } from "./testimony.ts";

/** What the crash command does. */
export interface CrashOptions {
  readonly kills: number;
  /** The child's load and backend; its load time is the latest moment of a kill. */
  readonly options: RunOptions & { readonly backend: FileBackendOptions };
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
  /** Each shard's version as last read. */
  #versions: Float64Array;
  /** Rounds are numbered on from what the directory holds of earlier ones. */
  #roundBefore = 0;

  constructor(output: string, options: CrashOptions["options"], hooks: CrashHooks) {
    this.#output = output;
    this.#options = { ...options, backend: { ...options.backend, output } };
    this.#program = hooks.program;
    this.#stop = hooks.stop;
    this.#moments = new Rng(options.seed, 2 ** 31);
    this.#versions = new Float64Array(0);
  }

  /** Reads what the directory holds before the first child. */
  async start(): Promise<void> {
    const { store, close } = await this.#recover();
    close();
    this.#versions = versionsOf(store);
    this.#roundBefore = Date.now() % 1_000_000;
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

  async #kill(kill: number, witness: string): Promise<KillResult | undefined> {
    const round = this.#roundBefore + kill;
    const seed = (this.#options.seed + kill) % 2 ** 32;
    const { loadTimeMs, threads } = this.#options;
    const end = await killChild(this.#program ?? thisProgram([this.#output, witness]), {
      ...this.#options,
      seed,
      loadTimeMs: loadTimeMs + CHILD_LOAD_MS_EXTRA,
      workload: { kind: "numbered", round, witness },
    }, { moment: this.#moment(loadTimeMs), stop: this.#stop });
    if (end === undefined) return undefined;

    const recovery = await this.#recover();
    const { tornShards, damagedSpares } = recovery;
    const testimony = readTestimony(witness, threads);
    const outcome = compare({
      store: recovery.store,
      testimony,
      seed,
      round,
      versionsBefore: this.#versions,
      tornShards,
    });
    recovery.close();
    this.#versions = versionsOf(recovery.store);
    const { acknowledged, lost, oldestLostAtMs, neverAcknowledged, holes, gauge } = outcome;
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
      tornShards: tornShards.size,
      damagedSpares,
      gauge,
      held: lost <= Math.min(gauge, this.#lossMax),
      recoveryMs: recovery.durationMs,
    };
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

  /** Reads the directory as a new process would. */
  async #recover() {
    const startedAtMs = performance.now();
    const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
    const { store, directory, filesSetAside } = await prepareFiles(this.#options.backend, NUMBERED_KEY_SPACE, context);
    const durationMs = performance.now() - startedAtMs;
    const sound = new Set(directory.shardFiles().map(({ shard }) => shard));
    const damaged = filesSetAside.map(({ path }) => parseShardFileName(path.slice(path.lastIndexOf("/") + 1))?.shard);
    const tornShards = new Set(damaged.filter((shard) => shard !== undefined && !sound.has(shard)) as number[]);
    return {
      store,
      durationMs,
      tornShards,
      damagedSpares: damaged.filter((shard) => shard !== undefined && sound.has(shard)).length,
      close: () => directory.close(),
    };
  }
}

function versionsOf(store: SharedStore): Float64Array {
  return Float64Array.from({ length: store.size.shards }, (_, shard) => store.version(shard));
}
