/**
 * The load worker: the Web Worker that runs the load on one thread.
 *
 * @module
 */
import { loadBackend } from "../backend/backends.ts";
import type { Connection, EngineDescription } from "../engine/connection.ts";
import { Abort, AbortError } from "../sync/abort.ts";
import type { WaitTimes } from "../sync/blocked.ts";
import { CALIBRATING, ENDED, Phase, PRELOADING, READY, RUNNING, WARMING } from "../sync/phase.ts";
import { serveTask } from "../sync/task.ts";
import { calibrate } from "./load_loop.ts";
import { createLoad, type Load, type LoadPart, type LoadWorkerConfiguration } from "./load.ts";
import { LoadMeter, PRELOADED, type ThreadMeter } from "./load_meter.ts";
import { preload } from "./preload.ts";
import { RecordsUsedUpError } from "./distribution.ts";
import { TraceOverError } from "./replay_workload.ts";
import { Rng } from "./rng.ts";
import { StallWatch } from "./stall_watch.ts";
import { given } from "../option/given.ts";
import { messageOf } from "../system/persist_error.ts";

/** What a load worker reports at its end. What it has done is in the load meter. */
export interface LoadWorkerResult {
  /** Present if the load ended because there was no room to insert another record; the error's message. */
  readonly usedUp?: string;
  /** Present if the load ended because an operation failed; the error's message. */
  readonly failed?: string;
  /** From the common start to the end of its last operation, in milliseconds. */
  readonly runtimeMs: number;
  /** Time blocked during its load, by what it waited for. */
  readonly blocked: WaitTimes;
  /** The engine's description of itself, if the backend is an engine. */
  readonly engine?: EngineDescription;
}

serveTask(async (configuration: LoadWorkerConfiguration): Promise<LoadWorkerResult> => {
  const { backend: { name, target }, thread } = configuration;
  const connection = await (await loadBackend(name)).connect(target, thread);
  const description = await connection.describe?.();
  return await new LoadThread(configuration, connection).run(description);
});

/** Where the streams of random numbers for records begin, beyond the two streams of each thread. */
const STREAMS_OF_RECORDS = 2 ** 31;

/** How long a batch of records may take before the engine counts as stalled, in milliseconds. */
const BATCH_STALL_MS = 60_000;

/** One load worker's work. */
class LoadThread {
  readonly #configuration: LoadWorkerConfiguration;
  readonly #phase: Phase;
  readonly #abort: Abort;
  readonly #meter: ThreadMeter;
  readonly #connection: Connection;
  readonly #load: Load;

  constructor(configuration: LoadWorkerConfiguration, connection: Connection) {
    const phase = Phase.attach(configuration.phase);
    this.#configuration = configuration;
    this.#phase = phase;
    this.#abort = Abort.attach(configuration.abort);
    this.#meter = LoadMeter.attach(configuration.meter).thread(configuration.thread);
    this.#connection = connection;
    this.#load = createLoad(connection, { configuration, phase, abort: this.#abort });
  }

  /** @param description the engine's, if the backend is one */
  async run(description: EngineDescription | undefined): Promise<LoadWorkerResult> {
    const { ratePerSec, threads, ops = Infinity, loadTimeMs = Infinity, thread, workload } = this.#configuration;
    const phase = this.#phase;
    phase.arrive();
    await this.#preload();
    if (ratePerSec !== undefined) await this.#calibrate(ratePerSec / threads);

    await this.#load.reach(WARMING);
    await this.#run({ during: WARMING, endsAtMs: Infinity, opsMax: Infinity, meter: LoadMeter.create(1).thread(0) });
    await this.#load.reach(READY);
    phase.arrive();
    await this.#load.reach(RUNNING);
    const before = this.#blocked;
    // All threads count from the same moment, even if the system lets one begin late.
    const startedAtMs = phase.beganAtMs(RUNNING);
    const endsAtMs = startedAtMs + loadTimeMs;
    // Of a replay, the reader hands out no more than that.
    const opsMax = workload.kind === "replay" ? Infinity : share(ops, { thread, threads });
    const early = await this.#run({ during: RUNNING, endsAtMs, opsMax, meter: this.#meter });
    const runtimeMs = performance.now() - startedAtMs;
    if (runtimeMs >= loadTimeMs || early.usedUp !== undefined || early.failed !== undefined) phase.stop();
    phase.end(threads);
    // Whatever a thread did from here on would delay other threads that share its processor.
    if (!this.#abort.raised) await this.#load.reach(ENDED);
    const blocked = Object.fromEntries(this.#blocked.map(([name, ms], index) => [name, ms - before[index]![1]]));
    await this.#connection.close();
    return {
      runtimeMs,
      blocked,
      ...early,
      ...given({ engine: description }),
    };
  }

  get #blocked(): [name: string, ms: number][] {
    return this.#connection.waits.map(({ name, time }) => [name, time.ms]);
  }

  /** Puts this thread's share of the records, if the workload preloads them. */
  async #preload(): Promise<void> {
    const { workload, seed, thread, threads } = this.#configuration;
    if (workload.kind !== "mix" || !workload.preload) return;
    const phase = this.#phase;
    const { counts } = this.#meter;
    await this.#load.reach(PRELOADING);
    const rng = new Rng(seed, STREAMS_OF_RECORDS + thread);
    const preloading = preload(this.#connection.preload, workload, {
      rng,
      thread,
      threads,
      keepGoing: (records) => {
        counts[PRELOADED] = records;
        return phase.current === PRELOADING;
      },
    });
    await new StallWatch({
      abort: this.#abort,
      inFlight: () => 1,
      ended: () => counts[PRELOADED]!,
      isOver: () => phase.current !== PRELOADING,
      stallMs: BATCH_STALL_MS,
    }).over(preloading);
    phase.arrive();
  }

  async #calibrate(ratePerSec: number): Promise<void> {
    await this.#load.reach(CALIBRATING);
    calibrate({ phase: this.#phase, periodMs: 1000 / ratePerSec, timerLate: this.#meter.timerLate });
    this.#phase.arrive();
  }

  /**
   * Runs a part of the load, and says why it ended early if it did. What was measured before a failure is kept, since
   * nothing more can be learned from that run.
   */
  async #run(part: LoadPart): Promise<Pick<LoadWorkerResult, "usedUp" | "failed">> {
    try {
      await this.#load.run(part);
      return {};
    } catch (error) {
      if (error instanceof RecordsUsedUpError) return { usedUp: error.message };
      if (error instanceof TraceOverError) return {};
      if (part.during !== RUNNING) throw error;
      // Others may wait for what this thread will never do. An engine's operations wait for nobody's.
      if (this.#connection.progress !== undefined) this.#abort.raise();
      // The failure that this one follows from is reported where it happened.
      return error instanceof AbortError ? {} : { failed: messageOf(error) };
    }
  }
}

/** One thread's share of the operations. */
function share(ops: number, { thread, threads }: { thread: number; threads: number }): number {
  return ops === Infinity ? Infinity : Math.floor(ops / threads) + (thread < ops % threads ? 1 : 0);
}
