/**
 * Room of the runner: one run from preparation to result.
 *
 * @module
 */
import type { BackendHandle } from "../backend/attach.ts";
import type { FileBackendOptions } from "../backend/backend.ts";
import type { KeySpace } from "../backend/plan.ts";
import { prepareFiles, prepareMemory } from "../backend/prepare.ts";
import type { LoadWorkerConfiguration, LoadWorkerResult } from "../load/load_worker.ts";
import { NUMBERED_KEY_SPACE } from "../load/numbered_workload.ts";
import { mixKeySpace } from "../load/mix.ts";
import { SEED_KEY_SPACE, type WorkloadOptions } from "../load/workload.ts";
import type { SetAsideFile } from "../persist/directory.ts";
import { volatileFileSystem } from "../persist/system.ts";
import { Abort, AbortError } from "../sync/abort.ts";
import { Clock } from "../sync/clock.ts";
import { Phase, RUNNING, STOPPING } from "../sync/phase.ts";
import { WorkerTask } from "../sync/task.ts";
import { FileRun } from "./file_run.ts";
import type { RunOptions } from "./options.ts";
import type { RunResult, StopSignal } from "./result.ts";

/** How a run tells what it does, and is told to stop. */
export interface RunHooks {
  /** Aborted with a {@linkcode StopSignal} as its reason to end the run in an orderly way. */
  readonly stop?: AbortSignal;
  /** Called for each damaged file that was set aside. */
  onSetAside?(file: SetAsideFile): void;
  /** Called for what makes the result mean less than it seems to. */
  onWarning?(message: string): void;
  /** Called when the run's next part begins. */
  onProgress?(message: string): void;
  /** Creates a load worker; for tests that need a worker of their own. */
  createLoadWorker?(): Worker;
  /** Creates the file worker; for tests that need a worker of their own. */
  createFileWorker?(): Worker;
}

type LoadTask = WorkerTask<LoadWorkerConfiguration, LoadWorkerResult>;

/** How long workers have to end by themselves after a failure, a few ticks. */
const FAILURE_GRACE_MS = 1000;

/**
 * Runs a load against a backend: prepares, starts all load workers together, stops them when the time is up or
 * `hooks.stop` says so, has everything acknowledged written to its file, and returns what was measured.
 *
 * @throws {Error} the first failure of any worker, or of the preparation; every worker has ended then
 */
export async function run(options: RunOptions, hooks: RunHooks = {}): Promise<RunResult> {
  const { backend, workload, threads } = options;
  const keys = keySpaceOf(workload);
  const witness = workload.kind === "numbered" ? workload.witness : undefined;
  const abort = Abort.create();
  const phase = Phase.create();
  const parts = { options, hooks, abort, phase };
  if (backend.kind === "memory") {
    return await new Run({ ...parts, backend: prepareMemory(keys, { abort, threads }).handle }).run();
  }
  const clock = Clock.create();
  const files = await prepareFiles(backend, keys, { abort, clock, threads, witness });
  try {
    warnOfVolatileSync(backend, files.directory.path, hooks);
    for (const file of files.filesSetAside) hooks.onSetAside?.(file);
    const worker = hooks.createFileWorker?.() ?? createFileWorker();
    const fileRun = new FileRun({ options: backend, files, clock, phase, abort: abort.handle(), worker });
    return await new Run({ ...parts, backend: files.handle, fileRun }).run();
  } finally {
    files.directory.close();
  }
}

function keySpaceOf(workload: WorkloadOptions): KeySpace {
  switch (workload.kind) {
    case "seed":
      return SEED_KEY_SPACE;
    case "mix":
      return mixKeySpace(workload);
    case "numbered":
      return NUMBERED_KEY_SPACE;
  }
}

function warnOfVolatileSync({ sync }: FileBackendOptions, directory: string, hooks: RunHooks): void {
  if (sync === "none") return;
  const type = volatileFileSystem(directory);
  if (type === undefined) return;
  hooks.onWarning?.(`${directory} is on ${type}, which loses everything with the power: --sync=${sync} proves nothing`);
}

/** What a {@linkcode Run} works with. */
interface RunParts {
  readonly options: RunOptions;
  readonly hooks: RunHooks;
  readonly abort: Abort;
  readonly phase: Phase;
  readonly backend: BackendHandle;
  /** Present for the file backend. */
  readonly fileRun?: FileRun;
}

/** One run, once its backend is prepared. */
class Run {
  readonly #parts: RunParts;
  readonly #loadTasks: LoadTask[] = [];

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  async run(): Promise<RunResult> {
    try {
      return await this.#run();
    } catch (error) {
      throw await this.#fail(error);
    } finally {
      for (const task of this.#tasks) task.terminate();
    }
  }

  async #run(): Promise<RunResult> {
    const { options, hooks, abort, phase, fileRun } = this.#parts;
    this.#spawnLoadWorkers();
    await this.#orFailure(phase.arrivals(this.#tasks.length, abort));
    hooks.onProgress?.("running");
    phase.advance(RUNNING);
    fileRun?.startSampling();
    try {
      await this.#orFailure(this.#loadTime());
    } finally {
      fileRun?.stopSampling();
    }
    phase.advance(STOPPING);
    const loadResults = await this.#orFailure(Promise.all(this.#loadTasks.map((task) => task.result)));
    if (fileRun !== undefined) hooks.onProgress?.("draining");
    const file = await fileRun?.drain(loadResults);
    const stoppedBy: StopSignal | undefined = hooks.stop?.aborted ? hooks.stop.reason : undefined;
    return {
      options,
      threads: loadResults.map(({ runtimeMs, reads, writes, hits }, thread) => (
        { thread, runtimeMs, reads, writes, hits }
      )),
      ...(file === undefined ? {} : { file }),
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
    };
  }

  get #tasks(): (LoadTask | FileRun["task"])[] {
    const { fileRun } = this.#parts;
    return fileRun === undefined ? this.#loadTasks : [...this.#loadTasks, fileRun.task];
  }

  #spawnLoadWorkers(): void {
    const { options: { threads, workload, pattern, seed }, hooks, abort, phase, backend } = this.#parts;
    const common = { abort: abort.handle(), phase: phase.handle(), backend, workload, pattern, seed, threads };
    for (let thread = 0; thread < threads; thread++) {
      const worker = hooks.createLoadWorker?.() ?? createLoadWorker();
      this.#loadTasks.push(new WorkerTask(worker, { ...common, thread }));
    }
  }

  /** Resolves when the load has run for its time, or is told to stop. */
  #loadTime(): Promise<void> {
    const { options, hooks: { stop } } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<void>();
    if (stop?.aborted) return Promise.resolve();
    const timer = setTimeout(resolve, options.loadTimeMs);
    const onStop = () => resolve();
    stop?.addEventListener("abort", onStop);
    return promise.finally(() => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", onStop);
    });
  }

  /** Settles as `promise` does, or rejects as soon as any worker fails. */
  #orFailure<T>(promise: Promise<T>): Promise<T> {
    const failures = this.#tasks.map(({ result }) => result.then(() => new Promise<never>(() => {})));
    return Promise.race([promise, ...failures]);
  }

  /** Makes all workers end, and returns the error that began it. */
  async #fail(error: unknown): Promise<unknown> {
    const { abort, phase } = this.#parts;
    abort.raise();
    phase.advance(STOPPING);
    const ended = Promise.allSettled(this.#tasks.map(({ result }) => result));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const grace = new Promise<PromiseSettledResult<unknown>[]>((resolve) => {
      timer = setTimeout(() => resolve([]), FAILURE_GRACE_MS);
    });
    const results = await Promise.race([ended, grace]);
    clearTimeout(timer);
    // A worker that only followed may have been heard before the one that failed.
    const causes = [error, ...results.flatMap((result) => result.status === "rejected" ? [result.reason] : [])];
    return causes.find((cause) => !(cause instanceof AbortError)) ?? error;
  }
}

function createLoadWorker(): Worker {
  return new Worker(new URL("../load/load_worker.ts", import.meta.url), { type: "module" });
}

function createFileWorker(): Worker {
  return new Worker(new URL("../persist/file_worker.ts", import.meta.url), { type: "module" });
}
