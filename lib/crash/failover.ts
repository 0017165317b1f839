/**
 * The crash command for engines with replicas: kills a primary again and again while a load goes on.
 *
 * The load runs in this process, so it needs no witness; what was acknowledged to it is compared with what the replicas
 * hold.
 *
 * @module
 */
import type { EngineBackendOptions } from "../backend/backend.ts";
import type { AsynchronousConnection } from "../engine/connection.ts";
import type { Engine, PreparedEngine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine_error.ts";
import { loadEngine } from "../engine/engines.ts";
import type { Failover } from "../engine/failover.ts";
import type { Loss } from "../engine/promises.ts";
import { Rng } from "../load/rng.ts";
import type { MixOptions } from "../load/workload.ts";
import type { RunOptions } from "../run/run_options.ts";
import { delay } from "../sync/delay.ts";
import { FailoverLoad } from "./failover_load.ts";
import type { FailoverResult, FailoverRound } from "./failover_result.ts";
import { FoundRecords } from "./found_records.ts";

/** The options of a failover test. */
export interface FailoverOptions {
  readonly kills: number;
  /** How long replicas are stopped before each kill, in milliseconds. */
  readonly lagMs: number;
  /** The load and the engine; the load time is the latest moment of a kill. */
  readonly options: RunOptions & { readonly backend: EngineBackendOptions; readonly workload: MixOptions };
}

/** How it reports what it does, and is told to stop. */
export interface FailoverHooks {
  /** Aborted to end it after the current failover. */
  readonly stop?: AbortSignal;
  onFailover?(round: FailoverRound): void;
}

/** What came of it. */
export interface FailoverEnd {
  readonly result: FailoverResult;
  /** The error of a failover, which ended the test. */
  readonly failure?: { readonly error: unknown };
}

/** How long the load goes on after everything is healthy again, in milliseconds. */
const AFTER_MS = 200;
/** How soon after the kill a write to the killed primary's keys must succeed. */
const UNAVAILABLE_MS_MAX = 120_000;

/**
 * Starts the engine, and as often as asked kills one of its primaries while a load goes on, waits until a replica has
 * taken over and the killed node is back as a replica, and compares what had been acknowledged with what is there.
 *
 * @throws {EngineError} when the engine has no replicas that could take over
 */
export async function failOver(options: FailoverOptions, hooks: FailoverHooks = {}): Promise<FailoverEnd> {
  const { options: { backend: { engine: name, settings, inFlight }, threads, workload }, kills, lagMs } = options;
  const { valueBytesMax } = workload;
  const engine = await loadEngine(name);
  const { failover: promise } = engine.promises(settings);
  const prepared = await engine.prepare({ settings, threads, inFlight, valueBytesMax });
  try {
    const rounds = new FailoverRounds(options, { prepared, promise, title: engine.title });
    const connections: AsynchronousConnection[] = [];
    const done: FailoverRound[] = [];
    let failure: FailoverEnd["failure"];
    try {
      for (let thread = 0; thread < threads; thread++) connections.push(await connect(engine, prepared));
      for (let kill = 1; kill <= kills && !hooks.stop?.aborted; kill++) {
        const round = await rounds.failOver(kill, connections);
        done.push(round);
        hooks.onFailover?.(round);
      }
    } catch (error) {
      failure = { error };
    } finally {
      for (const connection of connections) await connection.close();
    }
    const stopped = hooks.stop?.aborted ? { stoppedBy: hooks.stop.reason } : {};
    const result = { options: options.options, lagMs, promise: rounds.promise, rounds: done, ...stopped };
    return { result, ...(failure === undefined ? {} : { failure }) };
  } finally {
    await prepared.close();
  }
}

async function connect(engine: Engine, { target }: PreparedEngine): Promise<AsynchronousConnection> {
  const connection = await engine.connect(target);
  if (connection.kind === "asynchronous") return connection;
  await connection.close();
  throw new EngineError("fail over", engine.title, "its operations cannot go on while others wait");
}

/** The failovers of one engine. */
class FailoverRounds {
  readonly promise: Loss;
  readonly #options: FailoverOptions;
  readonly #failover: Failover;
  readonly #moments: Rng;
  /** The records found last. */
  #found: FoundRecords;

  constructor(options: FailoverOptions, parts: { prepared: PreparedEngine; promise: Loss | undefined; title: string }) {
    const { prepared: { failover }, promise, title } = parts;
    if (failover === undefined || promise === undefined) {
      throw new EngineError("fail over", title, "with these settings it has no copies that could take over");
    }
    this.promise = promise;
    this.#options = options;
    this.#failover = failover;
    this.#moments = new Rng(options.options.seed, 2 ** 31);
    this.#found = new FoundRecords(options.options.workload.keyCountMax);
  }

  /** Kills one in the middle of the load, and compares. */
  async failOver(kill: number, connections: readonly AsynchronousConnection[]): Promise<FailoverRound> {
    const { lagMs, options: { workload: mix, seed: firstSeed, loadTimeMs, backend: { inFlight } } } = this.#options;
    const seed = (firstSeed + kill) % 2 ** 32;
    const load = new FailoverLoad({ connections, lanes: connections.length * inFlight, mix, seed, round: kill });
    load.start();
    let times: { killedAtMs: number; takenOverAtMs: number; availableAtMs: number };
    try {
      await delay(this.#moments.below(Math.round(loadTimeMs * 1000)) / 1000);
      const killed = await this.#failover.kill({ choice: this.#moments.below(2 ** 20), lagMs });
      const available = load.killed(killed);
      const takenOverAtMs = await killed.restore();
      times = { killedAtMs: killed.killedAtMs, takenOverAtMs, availableAtMs: await orTooLate(available) };
      await delay(AFTER_MS);
    } finally {
      await load.end();
    }
    return this.#compare(kill, load, times, connections);
  }

  async #compare(
    kill: number,
    load: FailoverLoad,
    times: { killedAtMs: number; takenOverAtMs: number; availableAtMs: number },
    [connection]: readonly AsynchronousConnection[],
  ): Promise<FailoverRound> {
    if (connection === undefined) throw new Error("Cannot read back what was put: there is no connection");
    const foundBefore = this.#found;
    this.#found = await FoundRecords.read(connection, this.#options.options.workload);
    const outcomes = load.outcomes(this.#found);
    const sum = (key: "acknowledged" | "refused" | "lost" | "neverAcknowledged" | "holes") =>
      outcomes.reduce((total, outcome) => total + outcome[key], 0);
    const { killedAtMs, takenOverAtMs, availableAtMs } = times;
    const lost = sum("lost") + this.#found.countOlderThan(foundBefore);
    const oldestLostAtMs = Math.min(...outcomes.map((outcome) => outcome.oldestLostAtMs));
    const oldestLostMs = oldestLostAtMs === Infinity ? 0 : Math.max(0, killedAtMs - oldestLostAtMs);
    const { writesMax = Infinity, ageMsMax = Infinity } = this.promise;
    return {
      kill,
      acknowledged: sum("acknowledged"),
      recovered: Math.max(0, sum("acknowledged") - lost),
      lost,
      oldestLostMs,
      neverAcknowledged: sum("neverAcknowledged"),
      holes: sum("holes"),
      refused: sum("refused"),
      takeoverMs: takenOverAtMs - killedAtMs,
      unavailableMs: availableAtMs - killedAtMs,
      held: lost <= writesMax && (lost === 0 || oldestLostMs <= ageMsMax),
    };
  }
}

/** @throws {Error} when it takes too long */
async function orTooLate(available: Promise<number>): Promise<number> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `Cannot put: ${UNAVAILABLE_MS_MAX / 1000} s after the kill no write has gone through again`;
    timer = setTimeout(() => reject(new Error(message)), UNAVAILABLE_MS_MAX);
  });
  return await Promise.race([available, late]).finally(() => clearTimeout(timer));
}
