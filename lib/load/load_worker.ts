/**
 * The load worker: the Web Worker that runs the load on one thread.
 *
 * @module
 */
import { attachBackend, type AttachedBackend, type BackendHandle } from "../backend/attach.ts";
import type { Backend } from "../backend/backend.ts";
import { WitnessedBackend } from "../backend/witnessed.ts";
import { Witness, type WitnessOptions } from "../persist/witness.ts";
import { Abort } from "../sync/abort.ts";
import type { WaitTimes } from "../sync/blocked.ts";
import { CALIBRATING, Phase, type PhaseHandle, PRELOADING, RUNNING, WARMING } from "../sync/phase.ts";
import { serveTask, type TaskConfiguration } from "../sync/task.ts";
import { calibrate } from "./calibration.ts";
import { runClosedLoop, runOpenLoop, SAMPLE_NEVER } from "./load_loop.ts";
import { LoadMeter, type LoadMeterHandle, PRELOADED, type ThreadMeter } from "./load_meter.ts";
import { MixedWorkload } from "./mixed_workload.ts";
import { NumberedWorkload } from "./numbered_workload.ts";
import { createPattern, type PatternName } from "./pattern.ts";
import { preload } from "./preload.ts";
import { RecordsUsedUpError } from "./records_used_up_error.ts";
import { Rng } from "./rng.ts";
import { SeedWorkload } from "./seed_workload.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

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
  /** From the common start to the end of its last operation, in milliseconds. */
  readonly runtimeMs: number;
  /** Time that it was blocked during its load, by what it waited for. */
  readonly blocked: WaitTimes;
}

serveTask((configuration: LoadWorkerConfiguration): LoadWorkerResult => new LoadThread(configuration).run());

/** Two streams of random numbers for each thread, so that the waits do not change the operations; a third for records. */
const STREAMS_OF_RECORDS = 2 ** 31;

/** One load worker's work. */
class LoadThread {
  readonly #configuration: LoadWorkerConfiguration;
  readonly #abort: Abort;
  readonly #phase: Phase;
  readonly #meter: ThreadMeter;
  readonly #attached: AttachedBackend;
  readonly #backend: Backend;
  readonly #workload: Workload;
  readonly #waits: Rng;

  constructor(configuration: LoadWorkerConfiguration) {
    const { seed, thread } = configuration;
    this.#configuration = configuration;
    this.#abort = Abort.attach(configuration.abort);
    this.#phase = Phase.attach(configuration.phase);
    this.#meter = LoadMeter.attach(configuration.meter).thread(thread);
    this.#attached = attachBackend(configuration.backend, thread);
    this.#backend = witnessed(this.#attached, configuration);
    this.#workload = createWorkload(configuration);
    this.#waits = new Rng(seed, 2 * thread + 1);
  }

  run(): LoadWorkerResult {
    const { ratePerSec, threads, ops = Infinity, loadTimeMs = Infinity, thread } = this.#configuration;
    const phase = this.#phase;
    phase.arrive();
    this.#preload();
    if (ratePerSec !== undefined) this.#calibrate(ratePerSec / threads);

    phase.waitFor(WARMING, this.#abort);
    this.#load({ during: WARMING, endsAtMs: Infinity, opsMax: Infinity, meter: LoadMeter.create(1).thread(0) });
    phase.waitFor(RUNNING, this.#abort);
    const before = this.#blocked;
    // All threads count from the same moment, however late the system lets one begin.
    const startedAtMs = phase.beganAtMs;
    const endsAtMs = startedAtMs + loadTimeMs;
    const usedUp = this.#load({
      during: RUNNING,
      endsAtMs,
      opsMax: share(ops, { thread, threads }),
      meter: this.#meter,
    });
    const runtimeMs = performance.now() - startedAtMs;
    return {
      runtimeMs,
      ...(usedUp === undefined ? {} : { usedUp }),
      blocked: Object.fromEntries(this.#blocked.map(([name, ms], index) => [name, ms - before[index]![1]])),
    };
  }

  get #blocked(): [name: string, ms: number][] {
    return this.#attached.waits.map(({ name, time }) => [name, time.ms]);
  }

  /** Puts this thread's part of the records, where the workload has them put before the load. */
  #preload(): void {
    const { workload, seed, thread, threads } = this.#configuration;
    if (workload.kind !== "mix" || !workload.preload) return;
    const phase = this.#phase;
    const { counts } = this.#meter;
    phase.waitFor(PRELOADING, this.#abort);
    const rng = new Rng(seed, STREAMS_OF_RECORDS + thread);
    preload(this.#attached.store, workload, {
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

  #calibrate(ratePerSec: number): void {
    this.#phase.waitFor(CALIBRATING, this.#abort);
    calibrate({ phase: this.#phase, periodMs: 1000 / ratePerSec, timerLate: this.#meter.timerLate });
    this.#phase.arrive();
  }

  /** Runs the load loop; says why it ended early, where the records to insert were used up. */
  #load(part: { during: number; endsAtMs: number; opsMax: number; meter: ThreadMeter }): string | undefined {
    const { ratePerSec, latencySample = SAMPLE_NEVER, pattern, threads, thread } = this.#configuration;
    const phase = this.#phase;
    const parts = { ...part, backend: this.#backend, workload: this.#workload, phase, latencySample };
    try {
      if (ratePerSec === undefined) {
        const { during, meter: { counts } } = part;
        runClosedLoop(parts, createPattern(pattern, { phase, during, rng: this.#waits, counts }));
      } else {
        const firstMs = performance.now() + 1000 * thread / ratePerSec;
        runOpenLoop(parts, { firstMs, periodMs: 1000 * threads / ratePerSec });
      }
      return undefined;
    } catch (error) {
      if (error instanceof RecordsUsedUpError) return error.message;
      throw error;
    }
  }
}

function createWorkload({ workload, seed, thread, threads, witness }: LoadWorkerConfiguration): Workload {
  const rng = new Rng(seed, 2 * thread);
  if (workload.kind === "seed") return new SeedWorkload(rng);
  if (witness === undefined) return new MixedWorkload(rng, workload, { thread, threads });
  return new NumberedWorkload(rng, workload, { round: witness.round, thread, threads });
}

/** The backend, with a witness of what it acknowledges where there is to be one. */
function witnessed(attached: AttachedBackend, { witness, thread }: LoadWorkerConfiguration): Backend {
  if (witness === undefined) return attached.backend;
  return new WitnessedBackend({ ...attached, witness: Witness.ofAcknowledged(witness.directory, thread) });
}

/** One thread's part of the operations. */
function share(ops: number, { thread, threads }: { thread: number; threads: number }): number {
  return ops === Infinity ? Infinity : Math.floor(ops / threads) + (thread < ops % threads ? 1 : 0);
}
