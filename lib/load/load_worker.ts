/**
 * The load worker: the Web Worker that runs the load on one thread.
 *
 * @module
 */
import { attachBackend, type AttachedBackend, type BackendHandle } from "../backend/attach.ts";
import type { EngineDescription } from "../engine/connection.ts";
import { EngineError } from "../engine/engine_error.ts";
import type { WitnessOptions } from "../persist/witness.ts";
import { Abort } from "../sync/abort.ts";
import type { WaitTimes } from "../sync/blocked.ts";
import { CALIBRATING, ENDED, Phase, type PhaseHandle, PRELOADING, READY, RUNNING, WARMING } from "../sync/phase.ts";
import { serveTask, type TaskConfiguration } from "../sync/task.ts";
import { calibrate } from "./calibration.ts";
import { createLoad, type Load, type LoadPart } from "./load.ts";
import { LoadMeter, type LoadMeterHandle, PRELOADED, type ThreadMeter } from "./load_meter.ts";
import type { PatternName } from "./pattern.ts";
import { preload } from "./preload.ts";
import { RecordsUsedUpError } from "./records_used_up_error.ts";
import { Rng } from "./rng.ts";
import type { WorkloadOptions } from "./workload.ts";

/** What a load worker gets. */
export interface LoadWorkerConfiguration extends TaskConfiguration {
  readonly phase: PhaseHandle;
  readonly meter: LoadMeterHandle;
  readonly backend: BackendHandle;
  readonly workload: WorkloadOptions;
  readonly pattern: PatternName;
  /** Operations that all threads together begin per second, where the loop is open. */
  readonly ratePerSec?: number;
  /** How long the load lasts, in milliseconds, where not the number of operations ends it. */
  readonly loadTimeMs?: number;
  /** Operations after which all threads together end, where not the time ends the load. */
  readonly ops?: number;
  /** The latency of every so many operations is measured; of none when absent. */
  readonly latencySample?: number;
  readonly seed: number;
  /** Where acknowledgements are recorded, and by what puts can be told apart; neither is done when absent. */
  readonly witness?: WitnessOptions;
  /** Number of load workers. */
  readonly threads: number;
  /** Index of the worker, from 0. */
  readonly thread: number;
}

/** What a load worker tells at its end; what it has done, the load meter says. */
export interface LoadWorkerResult {
  /** Whether the load ended because there was no room for another record to insert; what that says. */
  readonly usedUp?: string;
  /** Whether the load ended because the engine has failed an operation; what that says. */
  readonly failed?: string;
  /** From the common start to the end of its last operation, in milliseconds. */
  readonly runtimeMs: number;
  /** Time that it was blocked during its load, by what it waited for. */
  readonly blocked: WaitTimes;
  /** What the engine says of itself, where the backend is one. */
  readonly engine?: EngineDescription;
}

serveTask(async (configuration: LoadWorkerConfiguration): Promise<LoadWorkerResult> => {
  const attached = await attachBackend(configuration.backend, configuration.thread);
  return await new LoadThread(configuration, attached).run();
});

/** Random numbers for records, besides two streams for each thread. */
const STREAMS_OF_RECORDS = 2 ** 31;

/** One load worker's work. */
class LoadThread {
  readonly #configuration: LoadWorkerConfiguration;
  readonly #phase: Phase;
  readonly #meter: ThreadMeter;
  readonly #attached: AttachedBackend;
  readonly #load: Load;

  constructor(configuration: LoadWorkerConfiguration, attached: AttachedBackend) {
    const phase = Phase.attach(configuration.phase);
    this.#configuration = configuration;
    this.#phase = phase;
    this.#meter = LoadMeter.attach(configuration.meter).thread(configuration.thread);
    this.#attached = attached;
    this.#load = createLoad(attached, { configuration, phase, abort: Abort.attach(configuration.abort) });
  }

  async run(): Promise<LoadWorkerResult> {
    const { ratePerSec, threads, ops = Infinity, loadTimeMs = Infinity, thread } = this.#configuration;
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
    // All threads count from the same moment, however late the system lets one begin.
    const startedAtMs = phase.beganAtMs(RUNNING);
    const endsAtMs = startedAtMs + loadTimeMs;
    const opsMax = share(ops, { thread, threads });
    const early = await this.#run({ during: RUNNING, endsAtMs, opsMax, meter: this.#meter });
    const runtimeMs = performance.now() - startedAtMs;
    if (runtimeMs >= loadTimeMs || early.usedUp !== undefined || early.failed !== undefined) phase.stop();
    phase.end(threads);
    // What each does from here on would keep those from ending that share its processor.
    await this.#load.reach(ENDED);
    const blocked = Object.fromEntries(this.#blocked.map(([name, ms], index) => [name, ms - before[index]![1]]));
    await this.#attached.close();
    const { description } = this.#attached;
    return {
      runtimeMs,
      blocked,
      ...early,
      ...(description === undefined ? {} : { engine: description }),
    };
  }

  get #blocked(): [name: string, ms: number][] {
    return this.#attached.waits.map(({ name, time }) => [name, time.ms]);
  }

  /** Puts this thread's part of the records, where the workload has them put before the load. */
  async #preload(): Promise<void> {
    const { workload, seed, thread, threads } = this.#configuration;
    if (workload.kind !== "mix" || !workload.preload) return;
    const phase = this.#phase;
    const { counts } = this.#meter;
    await this.#load.reach(PRELOADING);
    const rng = new Rng(seed, STREAMS_OF_RECORDS + thread);
    await preload(this.#attached.preload, workload, {
      rng,
      thread,
      threads,
      keepGoing: (records) => {
        counts[PRELOADED] = records;
        return phase.current === PRELOADING;
      },
    });
    phase.arrive();
  }

  async #calibrate(ratePerSec: number): Promise<void> {
    await this.#load.reach(CALIBRATING);
    calibrate({ phase: this.#phase, periodMs: 1000 / ratePerSec, timerLate: this.#meter.timerLate });
    this.#phase.arrive();
  }

  /**
   * Runs a part of the load; says why it ended early, where it did. What had been measured until an engine failed is kept:
   * it is all that will ever be known of that run.
   */
  async #run(part: LoadPart): Promise<Pick<LoadWorkerResult, "usedUp" | "failed">> {
    try {
      await this.#load.run(part);
      return {};
    } catch (error) {
      if (error instanceof RecordsUsedUpError) return { usedUp: error.message };
      if (error instanceof EngineError && part.during === RUNNING) return { failed: error.message };
      throw error;
    }
  }
}

/** One thread's part of the operations. */
function share(ops: number, { thread, threads }: { thread: number; threads: number }): number {
  return ops === Infinity ? Infinity : Math.floor(ops / threads) + (thread < ops % threads ? 1 : 0);
}
