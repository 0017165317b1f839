/**
 * Takes the workers of a run from phase to phase.
 *
 * @module
 */
import type { BackendHandle } from "../backend/backends.ts";
import type { Promises } from "../engine/promises.ts";
import { LoadMeter } from "../load/load_meter.ts";
import type { LoadWorkerResult } from "../load/load_worker.ts";
import { HistoryTape } from "../history/tape.ts";
import type { HistoryOptions, LoadWorkerConfiguration } from "../load/load.ts";
import { traceOf } from "../load/workload.ts";
import type { ReaderConfiguration } from "../replay/reader_worker.ts";
import { TraceRing } from "../replay/trace_ring.ts";
import { type Abort, AbortError } from "../sync/abort.ts";
import { CALIBRATING, FLUSHING, type Phase, PRELOADING, READY, RUNNING, STOPPING, WARMING } from "../sync/phase.ts";
import { delay, withinTime } from "../sync/delay.ts";
import { WorkerTask } from "../sync/task.ts";
import { CostMeter, type CostPlaces } from "./cost_meter.ts";
import type { FileReadings, FileRun } from "./file_run.ts";
import { LiveReader, type RunHooks } from "./live.ts";
import { loadEndOf, loadOptionsOf, opsOf, rateOf, type RunOptions } from "./run_options.ts";
import { loadResult, threadCounts } from "./load_result.ts";
import type { FileResult, PhaseResult, RunResult, StopSignal } from "./run_result.ts";
import { type HistoryResult, RunHistory } from "./run_history.ts";
import { startWorker } from "./start_worker.ts";
import { SeriesRecorder } from "./series.ts";
import { given } from "../option/given.ts";
import { messageOf } from "../system/persist_error.ts";

type LoadTask = WorkerTask<LoadWorkerConfiguration, LoadWorkerResult>;
type ReaderTask = WorkerTask<ReaderConfiguration, void>;

/** How long workers have to end by themselves after a failure: a few checks of the abort flag. */
const FAILURE_GRACE_MS = 1000;
/** How long the worker that failed may then take to say why, on a machine whose cores are all busy. */
const CAUSE_MS_MAX = 10_000;

/** What a {@linkcode LoadRun} works with. */
export interface LoadRunParts {
  readonly options: RunOptions;
  readonly hooks: RunHooks;
  readonly abort: Abort;
  readonly phase: Phase;
  readonly backend: BackendHandle;
  readonly promises: Promises;
  readonly places: CostPlaces;
  /** Present for the file backend. */
  readonly fileRun?: FileRun;
  /** An engine's name. */
  readonly title?: string;
  /** Whether the store is known to have held nothing when it was opened. */
  readonly wasEmpty: boolean;
  /** Lets what was preloaded settle; absent if there is nothing to do. */
  settle?(): void | Promise<void>;
}

/** A run whose backend is prepared. */
export class LoadRun {
  readonly #parts: LoadRunParts;
  readonly #meter: LoadMeter;
  readonly #costs: CostMeter;
  readonly #loadTasks: LoadTask[] = [];
  readonly #phases: PhaseResult[] = [];
  readonly #live: LiveReader | undefined;
  /** Present if the run's history is to be judged. */
  readonly #history: RunHistory | undefined;
  /** Resolves when the run is told to stop. */
  readonly #stopped = Promise.withResolvers<void>();
  /** Arrivals expected by the end of the current phase. */
  #arrivals = 0;
  #series: SeriesRecorder | undefined;
  /** Of a replay: what reads the trace, and what it hands operations over in, for each lane. */
  #reader: ReaderTask | undefined;
  #rings: readonly TraceRing[] | undefined;
  /** When the load began and ended, in milliseconds of `performance.now()`; absent until then. */
  #loadBeganAtMs: number | undefined;
  #loadEndedAtMs: number | undefined;

  constructor(parts: LoadRunParts) {
    this.#parts = parts;
    this.#meter = LoadMeter.create(parts.options.threads);
    this.#costs = new CostMeter(parts.places);
    this.#live = this.#createLive();
    const { check, threads, workload, witness } = parts.options;
    const isJudged = check !== undefined && witness === undefined;
    this.#history = isJudged && workload.kind === "mix" ? new RunHistory(threads, workload) : undefined;
  }

  async run(): Promise<RunResult> {
    const { stop } = this.#parts.hooks;
    const onStop = () => this.#stopped.resolve();
    stop?.addEventListener("abort", onStop);
    try {
      return await this.#run();
    } catch (error) {
      const { cause, workers } = await this.#fail(error);
      if (this.#loadBeganAtMs === undefined) throw cause;
      return await this.#failedResult(cause, workers);
    } finally {
      stop?.removeEventListener("abort", onStop);
      this.#live?.end();
      for (const task of this.#tasks) task.terminate();
    }
  }

  async #run(): Promise<RunResult> {
    const { hooks, phase, fileRun, abort } = this.#parts;
    const startedAtMs = performance.now();
    this.#spawnReader();
    this.#spawnLoadWorkers();
    this.#series = this.#createSeries();
    await this.#orFailure(this.#arrived(this.#tasks.length));
    this.#phases.push({ phase: "prepare", durationMs: performance.now() - startedAtMs });
    await this.#preload();
    await this.#calibrateAndWarmUp();
    await this.#load();
    phase.advance(STOPPING);
    const workers = await this.#orFailure(Promise.all(this.#loadTasks.map((task) => task.result)));
    for (const ring of this.#rings ?? []) ring.wake();
    // It may not be ended while it waits.
    if (this.#reader !== undefined) await this.#orFailure(this.#reader.result);
    // A store of ours of which one thread has failed writes nothing more.
    abort.check();
    if (fileRun !== undefined) hooks.onProgress?.("draining");
    this.#live?.begin("drain");
    const file = await fileRun?.drain(workers.length);
    if (file !== undefined) this.#phases.push({ phase: "drain", durationMs: file.drainMs });
    for (const broken of file?.brokenBounds ?? []) hooks.onWarning?.(broken);
    const failed = failureOf(workers);
    return await this.#result({ workers, file, failed });
  }

  /** What was measured before a failure in the middle of the load, or after it. */
  async #failedResult(cause: unknown, ended: readonly (LoadWorkerResult | undefined)[]): Promise<RunResult> {
    const runtimeMs = (this.#loadEndedAtMs ?? 0) - (this.#loadBeganAtMs ?? 0);
    // One that has reported nothing has counted its operations all the same.
    const workers = ended.map((worker) => worker ?? { runtimeMs, blocked: {} });
    const file = this.#parts.fileRun?.resultWithoutDrain(workers.length);
    return await this.#result({ workers, file, failed: messageOf(cause) });
  }

  async #result({ workers, file, failed }: {
    readonly workers: readonly LoadWorkerResult[];
    readonly file: FileResult | undefined;
    readonly failed: string | undefined;
  }): Promise<RunResult> {
    const { options, hooks, promises, title } = this.#parts;
    const series = this.#series;
    const costs = this.#costs.result();
    series?.finish();
    const usedUp = workers.find((worker) => worker.usedUp !== undefined)?.usedUp;
    if (usedUp !== undefined) hooks.onWarning?.(`the load ended early: ${usedUp}`);
    const stoppedBy: StopSignal | undefined = hooks.stop?.aborted ? hooks.stop.reason : undefined;
    if (failed === undefined && stoppedBy === undefined) this.#warnOfUsedUpTrace();
    const history = await this.#judgeHistory(failed !== undefined);
    const [description] = workers.flatMap((worker) => worker.engine ?? []);
    return {
      options,
      promises,
      ...(title === undefined || description === undefined ? {} : { engine: { title, ...description } }),
      ...loadResult({ options, meter: this.#meter, workers, phases: this.#phases }),
      ...(series === undefined ? {} : { series: series.rows }),
      ...given({ file, costs, history, stoppedBy, usedUp, failed }),
    };
  }

  #warnOfUsedUpTrace(): void {
    const { options: { workload, warmupMs = 0 }, hooks } = this.#parts;
    if (workload.kind !== "replay" || warmupMs === 0) return;
    if (this.#meter.threads.some(({ counts }) => threadCounts(counts).ops > 0)) return;
    hooks.onWarning?.("the warm-up has used up the trace: give a shorter --warmup, or --replay-repeat");
  }

  /** Where the load workers record what they do, if they are to: where the run may be killed, in files. */
  #historyOptions(): HistoryOptions | undefined {
    const { check, threads, witness } = this.#parts.options;
    if (check === undefined || witness === undefined) return this.#history?.options();
    return { ...witness, tape: HistoryTape.create(threads, 0).handle() };
  }

  /** Judges what was recorded of the run, if anything was. */
  async #judgeHistory(failed: boolean): Promise<HistoryResult | undefined> {
    const { wasEmpty, hooks, options: { threads }, backend: { inFlight } } = this.#parts;
    if (this.#history === undefined) return undefined;
    hooks.onProgress?.("judging");
    const preloaded = this.#phases.some(({ phase }) => phase === "preload") && !hooks.stop?.aborted;
    return await this.#history.judge({ failed, wasEmpty, preloaded, inFlight: threads * inFlight });
  }

  get #tasks(): (LoadTask | FileRun["task"] | ReaderTask)[] {
    const { fileRun } = this.#parts;
    const others = [fileRun?.task, this.#reader].filter((task) => task !== undefined);
    return [...this.#loadTasks, ...others];
  }

  /** Starts what reads the trace, if there is one. */
  #spawnReader(): void {
    const { options: { workload, threads, ops = Infinity }, abort, phase, backend: { inFlight } } = this.#parts;
    if (workload.kind !== "replay") return;
    const { path, rounds, roundOpsMax = Infinity, speed } = workload;
    const rings = TraceRing.createAll(threads * inFlight, { abort, phase });
    this.#rings = rings;
    const worker = startWorker(createReader, "the reader of the trace");
    const configuration: ReaderConfiguration = {
      abort: abort.handle(),
      phase: phase.handle(),
      path,
      trace: traceOf(workload),
      rounds: rounds === 0 ? Infinity : rounds,
      opsMax: ops,
      roundOpsMax,
      isTimed: speed !== undefined,
      rings: rings.map((ring) => ring.handle()),
    };
    this.#reader = new WorkerTask(worker, configuration, "The reader of the trace");
  }

  #spawnLoadWorkers(): void {
    const { options, hooks, abort, phase, backend } = this.#parts;
    const { threads } = options;
    const { inFlight } = backend;
    const rings = this.#rings?.map((ring) => ring.handle());
    const common = {
      ...loadOptionsOf(options),
      abort: abort.handle(),
      phase: phase.handle(),
      meter: this.#meter.handle(),
      backend,
      ...given({ history: this.#historyOptions() }),
    };
    for (let thread = 0; thread < threads; thread++) {
      const create = () => hooks.createLoadWorker?.() ?? createLoadWorker();
      const worker = startWorker(create, `load worker ${thread + 1} of ${threads}`);
      const own = rings?.slice(thread * inFlight, (thread + 1) * inFlight);
      const configuration = { ...common, thread, ...given({ rings: own }) };
      this.#loadTasks.push(new WorkerTask(worker, configuration, `Load worker ${thread}`));
    }
  }

  #createSeries(): SeriesRecorder | undefined {
    const { intervalMs, latencySample } = this.#parts.options;
    if (intervalMs === undefined) return undefined;
    const latencies = latencySample !== undefined;
    return new SeriesRecorder({ meter: this.#meter, intervalMs, latencies, readFiles: this.#readFiles });
  }

  #createLive(): LiveReader | undefined {
    const { hooks, options, fileRun } = this.#parts;
    const { workload } = options;
    if (hooks.onReading === undefined) return undefined;
    return new LiveReader({
      meter: this.#meter,
      ops: opsOf(options),
      records: workload.kind === "mix" ? workload.keyCount : undefined,
      queueDepth: fileRun?.queueDepth,
      readFiles: this.#readFiles,
      onReading: (reading) => hooks.onReading?.(reading),
    });
  }

  get #readFiles(): (() => FileReadings) | undefined {
    const { fileRun } = this.#parts;
    return fileRun === undefined ? undefined : () => fileRun.readings;
  }

  /** Preloads the records that the load expects, and waits until their files are written. */
  async #preload(): Promise<void> {
    const { options: { workload, threads }, fileRun, hooks } = this.#parts;
    if (workload.kind !== "mix" || !workload.preload) return;
    hooks.onProgress?.("preloading");
    await this.#enter(PRELOADING, "preload", () => this.#arrived(threads));
    if (fileRun !== undefined) await this.#enter(FLUSHING, "preload_flush", () => this.#arrived(1));
    if (this.#parts.settle !== undefined) {
      await this.#enter(FLUSHING, "preload_flush", async () => await this.#parts.settle?.());
    }
  }

  async #calibrateAndWarmUp(): Promise<void> {
    const { options, hooks, phase } = this.#parts;
    const { threads, warmupMs = 0 } = options;
    if (rateOf(options) !== undefined) await this.#enter(CALIBRATING, "calibration", () => this.#arrived(threads));
    if (warmupMs === 0) return;
    hooks.onProgress?.("warming up");
    await this.#enter(WARMING, "warmup", () => this.#time(warmupMs), warmupMs);
    if (hooks.stop?.aborted) return;
    phase.advance(READY);
    await this.#orFailure(Promise.race([this.#arrived(threads), this.#stopped.promise]));
  }

  async #load(): Promise<void> {
    const { options, hooks, fileRun } = this.#parts;
    const { loadTimeMs } = loadEndOf(options);
    hooks.onProgress?.("running");
    this.#costs.start();
    fileRun?.startMeasuring();
    this.#series?.start();
    if (!hooks.stop?.aborted) this.#loadBeganAtMs = performance.now();
    try {
      if (loadTimeMs !== undefined) {
        // The workers notice the end by themselves: with many of them, this thread's timer may be late.
        const first = () => Promise.race(this.#loadTasks.map(({ result }) => result));
        await this.#enter(RUNNING, "load", () => Promise.race([this.#time(loadTimeMs), first()]), loadTimeMs);
      } else {
        await this.#enter(RUNNING, "load", () => Promise.all(this.#loadTasks.map(({ result }) => result)));
      }
    } finally {
      this.#loadEndedAtMs = performance.now();
      this.#series?.stop();
      fileRun?.stopMeasuring();
    }
  }

  /**
   * Advances to a phase and times it until it has ended, a worker fails, or the run is told to stop. Does nothing if
   * the run has already been told to stop.
   *
   * @param totalMs how long the phase lasts, if known beforehand
   */
  async #enter(
    phase: number,
    name: PhaseResult["phase"],
    end: () => Promise<unknown>,
    totalMs?: number,
  ): Promise<void> {
    if (this.#parts.hooks.stop?.aborted) return;
    const startedAtMs = performance.now();
    this.#parts.phase.advance(phase);
    this.#parts.hooks.onPhase?.(name);
    this.#live?.begin(name, totalMs);
    try {
      await this.#orFailure(Promise.race([end(), this.#stopped.promise]));
    } finally {
      this.#phases.push({ phase: name, durationMs: performance.now() - startedAtMs });
    }
  }

  /**
   * Resolves when this many more workers have arrived.
   *
   * @throws {AbortError} when the run fails first
   */
  async #arrived(count: number): Promise<void> {
    const { phase, abort } = this.#parts;
    this.#arrivals += count;
    await phase.arrivals(this.#arrivals, abort);
    abort.check();
  }

  /** Resolves after the given time, or when the run is told to stop. */
  #time(durationMs: number): Promise<void> {
    return delay(durationMs, this.#parts.hooks.stop);
  }

  /** Settles as `promise` does, or rejects as soon as any worker fails. */
  #orFailure<T>(promise: Promise<T>): Promise<T> {
    const failures = this.#tasks.map(({ result }) => result.then(() => new Promise<never>(() => {})));
    return Promise.race([promise, ...failures]);
  }

  /** Makes all workers end. Returns the error that started it, and what each load worker has reported, if anything. */
  async #fail(
    error: unknown,
  ): Promise<{ readonly cause: unknown; readonly workers: readonly (LoadWorkerResult | undefined)[] }> {
    const { abort, phase } = this.#parts;
    abort.raise();
    phase.advance(STOPPING);
    const loads = this.#loadTasks.map(({ result }) => result);
    const workers: (LoadWorkerResult | undefined)[] = loads.map(() => undefined);
    loads.forEach((load, thread) => load.then((result) => workers[thread] = result, () => {}));
    // A worker that merely followed may report before the one that failed.
    const causes = [error].filter((cause) => !(cause instanceof AbortError));
    const known = Promise.withResolvers<void>();
    const learn = (cause: unknown) => {
      if (cause instanceof AbortError) return;
      causes.push(cause);
      known.resolve();
    };
    const tasks = this.#tasks.map(({ result }) => result);
    for (const task of tasks) task.catch(learn);
    for (const load of loads) load.then(({ failed }) => failed === undefined ? undefined : learn(failed), () => {});
    if (causes.length > 0) known.resolve();
    // Neither of these is waited for longer than that.
    const ended = Promise.allSettled(tasks);
    await withinTime(ended, FAILURE_GRACE_MS).catch(() => {});
    await withinTime(Promise.race([known.promise, ended]), CAUSE_MS_MAX).catch(() => {});
    const [cause = error] = causes;
    return { cause, workers };
  }
}

/** The first failure that load workers have reported. */
function failureOf(workers: readonly LoadWorkerResult[]): string | undefined {
  return workers.find((worker) => worker.failed !== undefined)?.failed;
}

function createReader(): Worker {
  return new Worker(new URL("../replay/reader_worker.ts", import.meta.url), { type: "module" });
}

function createLoadWorker(): Worker {
  return new Worker(new URL("../load/load_worker.ts", import.meta.url), { type: "module" });
}
