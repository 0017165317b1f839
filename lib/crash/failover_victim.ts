/**
 * Makes a primary fail, whose replica takes over, in the middle of a load that goes on.
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
import type { Failover, FailoverOptions } from "../engine/failover.ts";
import { HistoryTape } from "../history/tape.ts";
import { NumberedMix } from "../load/numbered_load.ts";
import { preload } from "../load/preload.ts";
import { Rng } from "../load/rng.ts";
import type { MixOptions } from "../load/workload.ts";
import { given } from "../option/given.ts";
import { afterFailure, thenCleanUp } from "../sync/clean_up.ts";
import { delay } from "../sync/delay.ts";
import { ORIGIN_MS, sharedNowMs } from "../sync/shared_time.ts";
import type { KillMoment } from "./child.ts";
import { FailoverLoad } from "./failover_load.ts";
import type { Recovered } from "./recovery.ts";
import type { CrashLoad, Failed, Victim, VictimParts } from "./victim.ts";

/** How long the load goes on after everything is healthy again, in milliseconds. */
const AFTER_MS = 200;
/** How soon after the fault a write to the failed primary's keys must succeed. */
const UNAVAILABLE_MS_MAX = 120_000;
/** Streams of random numbers: of which primary fails, and of the values that are preloaded. */
const CHOICE_STREAM = 2 ** 31 + 1;
const PRELOAD_STREAM = 2 ** 31 + 2;

/** What is failed, and how. */
interface FailoverParts {
  readonly prepared: PreparedEngine;
  readonly failover: Failover;
  readonly connections: readonly [AsynchronousConnection, ...AsynchronousConnection[]];
  readonly how: FailoverOptions;
  readonly stop: AbortSignal | undefined;
}

/** An engine with copies of its data, of which one after the other fails. */
export class FailoverVictim implements Victim {
  readonly failure = "failover";
  readonly backend: EngineBackendOptions;
  readonly #parts: FailoverParts;
  readonly #choices: Rng;

  private constructor(backend: EngineBackendOptions, seed: number, parts: FailoverParts) {
    this.backend = backend;
    this.#parts = parts;
    this.#choices = new Rng(seed, CHOICE_STREAM);
  }

  /**
   * Starts the engine and connects to it.
   *
   * @param options `stop` is aborted to wait for the engine no longer
   * @throws {EngineError} when the engine has no replicas that could take over
   * @throws {StoppedError} when told to stop first
   */
  static async open(
    { backend, threads, workload, seed }: CrashLoad,
    { stop, ...how }: FailoverOptions & Pick<VictimParts, "stop">,
  ): Promise<FailoverVictim> {
    if (backend.kind !== "engine") throw new Error("Cannot fail over without an engine");
    const { settings, inFlight } = backend;
    const engine = await loadEngine(backend.engine);
    const { valueBytesMax } = mixOf(workload);
    const { fault } = how;
    const prepared = await engine.prepare({ settings, threads, inFlight, valueBytesMax, fault, ...given({ stop }) });
    const connections: AsynchronousConnection[] = [];
    try {
      const { failover } = prepared;
      if (failover === undefined) {
        throw new EngineError("fail over", engine.title, "with these settings it has no copies that could take over");
      }
      const first = await connect(engine, prepared, 0);
      connections.push(first);
      while (connections.length < threads) connections.push(await connect(engine, prepared, connections.length));
      const [, ...others] = connections;
      return new FailoverVictim(backend, seed, { prepared, failover, connections: [first, ...others], how, stop });
    } catch (error) {
      for (const connection of connections) await afterFailure(() => connection.close());
      await afterFailure(() => prepared.close());
      throw error;
    }
  }

  async preload({ workload, seed }: CrashLoad): Promise<void> {
    const [connection] = this.#parts.connections;
    const rng = new Rng(seed, PRELOAD_STREAM);
    await preload(connection.preload, mixOf(workload), { rng, thread: 0, threads: 1, keepGoing: () => true });
  }

  async fail(options: CrashLoad, moment: KillMoment): Promise<Failed | undefined> {
    const { seed, workload, witness, check } = options;
    const { connections, failover, how, stop } = this.#parts;
    const tape = check === undefined ? undefined : HistoryTape.create(connections.length);
    const lanes = connections.length * this.backend.inFlight;
    const load = new FailoverLoad({
      connections,
      lanes,
      load: new NumberedMix(mixOf(workload)),
      seed,
      round: witness?.round ?? 0,
      tape,
    });
    const startedAtMs = sharedNowMs();
    const work = async () => {
      await delay("loadMs" in moment ? moment.loadMs : moment.startMs, stop);
      if (stop?.aborted) return undefined;
      const failed = await failover.fail({ ...how, choice: this.#choices.below(2 ** 20) });
      const available = load.failed(failed);
      const takenOverAtMs = await failed.restore();
      const availableAtMs = await orTooLate(available, load);
      await delay(AFTER_MS);
      const { failedAtMs } = failed;
      return { failedAtMs, takeoverMs: takenOverAtMs - failedAtMs, unavailableMs: availableAtMs - failedAtMs };
    };
    const failed = await load.during(work);
    if (failed === undefined) return undefined;
    const { failedAtMs, ...times } = failed;
    const atMs = ORIGIN_MS + failedAtMs;
    const { testimony } = load;
    return { hadBegun: true, loadMs: atMs - startedAtMs, killedAtMs: atMs, testimony, ...given({ tape }), ...times };
  }

  recover(): Promise<Recovered> {
    const [connection] = this.#parts.connections;
    return Promise.resolve({ recoveryMs: 0, get: (key, out) => connection.get(key, out), close: () => {} });
  }

  async close(): Promise<void> {
    const { connections, prepared } = this.#parts;
    const closeConnections = async () => {
      for (const connection of connections) await connection.close();
    };
    await thenCleanUp(closeConnections, () => prepared.close());
  }
}

async function connect(engine: Engine, { target }: PreparedEngine, worker: number): Promise<AsynchronousConnection> {
  const connection = await engine.connect(target, worker);
  if (connection.kind === "asynchronous") return connection;
  await connection.close();
  throw new EngineError("fail over", engine.title, "its operations cannot go on while others wait");
}

/** @throws {Error} when it takes too long */
async function orTooLate(available: Promise<number>, load: FailoverLoad): Promise<number> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const what = `Cannot put: ${UNAVAILABLE_MS_MAX / 1000} s after the fault no write has gone through again`;
    const fail = () => reject(new Error(load.refusal === undefined ? what : `${what}: ${load.refusal}`));
    timer = setTimeout(fail, UNAVAILABLE_MS_MAX);
  });
  return await Promise.race([available, late]).finally(() => clearTimeout(timer));
}

/** The command line refuses the replay of a trace here, whose operations are not puts alone. */
function mixOf(workload: CrashLoad["workload"]): MixOptions {
  if (workload.kind === "mix") return workload;
  throw new Error("Cannot replay a trace during a failover");
}
