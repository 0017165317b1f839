/**
 * Room of the runner: one run from preparation to result.
 *
 * @module
 */
import type { BackendHandle } from "../backend/attach.ts";
import { type PreparedFiles, prepareFiles, prepareMemory } from "../backend/prepare.ts";
import type { LoadWorkerConfiguration, LoadWorkerResult } from "../load/load_worker.ts";
import { SEED_KEY_SPACE } from "../load/workload.ts";
import type { FileWorkerConfiguration, FileWorkerResult } from "../persist/file_worker.ts";
import type { SetAsideFile } from "../persist/directory.ts";
import { Abort, AbortError } from "../sync/abort.ts";
import { Clock } from "../sync/clock.ts";
import { DRAINING, Phase, RUNNING, STOPPING } from "../sync/phase.ts";
import { WorkerTask } from "../sync/task.ts";
import type { RunOptions } from "./options.ts";
import type { FileResult, RunResult, StopSignal } from "./result.ts";

/** How a run tells what it does, and is told to stop. */
export interface RunHooks {
  /** Aborted with a {@linkcode StopSignal} as its reason to end the run in an orderly way. */
  readonly stop?: AbortSignal;
  /** Called for each damaged file that was set aside. */
  onSetAside?(file: SetAsideFile): void;
  /** Called when the run's next part begins. */
  onProgress?(message: string): void;
  /** Creates a load worker; for tests that need a worker which fails. */
  createLoadWorker?(): Worker;
  /** Creates the file worker; for tests that need a worker which fails. */
  createFileWorker?(): Worker;
}

type LoadTask = WorkerTask<LoadWorkerConfiguration, LoadWorkerResult>;
type FileTask = WorkerTask<FileWorkerConfiguration, FileWorkerResult>;

/** How long workers have to end by themselves after a failure, a few ticks. */
const FAILURE_GRACE_MS = 1000;

/**
 * Runs a load against a backend: prepares, starts all load workers together, stops them when the time is up or
 * `hooks.stop` says so, has everything acknowledged written to its file, and returns what was measured.
 *
 * @throws {Error} the first failure of any worker, or of the preparation; every worker has ended then
 */
export async function run(options: RunOptions, hooks: RunHooks = {}): Promise<RunResult> {
  const abort = Abort.create();
  const { backend } = options;
  if (backend.kind === "memory") {
    const { handle } = prepareMemory(SEED_KEY_SPACE, abort);
    return await new Run({ options, hooks, abort, clock: Clock.create(), backend: handle }).run();
  }
  const clock = Clock.create();
  const files = await prepareFiles(backend, SEED_KEY_SPACE, { abort, clock });
  try {
    for (const file of files.filesSetAside) hooks.onSetAside?.(file);
    return await new Run({ options, hooks, abort, clock, backend: files.handle, files }).run();
  } finally {
    files.directory.close();
  }
}

/** One run, once its backend is prepared. */
class Run {
  readonly #options: RunOptions;
  readonly #hooks: RunHooks;
  readonly #abort: Abort;
  readonly #phase = Phase.create();
  readonly #backend: BackendHandle;
  readonly #files: PreparedFiles | undefined;
  readonly #loadTasks: LoadTask[] = [];
  #fileTask: FileTask | undefined;

  constructor(
    parts: {
      options: RunOptions;
      hooks: RunHooks;
      abort: Abort;
      clock: Clock;
      backend: BackendHandle;
      files?: PreparedFiles;
    },
  ) {
    this.#options = parts.options;
    this.#hooks = parts.hooks;
    this.#abort = parts.abort;
    this.#backend = parts.backend;
    this.#files = parts.files;
  }

  async run(): Promise<RunResult> {
    try {
      this.#spawn();
      await this.#orFailure(this.#phase.arrivals(this.#tasks.length, this.#abort));
      this.#hooks.onProgress?.("running");
      this.#phase.advance(RUNNING);
      await this.#orFailure(this.#loadTime());
      this.#phase.advance(STOPPING);
      const loadResults = await this.#orFailure(Promise.all(this.#loadTasks.map((task) => task.result)));
      const file = this.#files === undefined ? undefined : await this.#drain(this.#files, loadResults);
      const stoppedBy = this.#stoppedBy;
      return {
        options: this.#options,
        threads: loadResults.map(({ runtimeMs, reads, writes, hits }, thread) => (
          { thread, runtimeMs, reads, writes, hits }
        )),
        ...(file === undefined ? {} : { file }),
        ...(stoppedBy === undefined ? {} : { stoppedBy }),
      };
    } catch (error) {
      throw await this.#fail(error);
    } finally {
      for (const task of this.#tasks) task.terminate();
    }
  }

  get #tasks(): (LoadTask | FileTask)[] {
    return this.#fileTask === undefined ? this.#loadTasks : [...this.#loadTasks, this.#fileTask];
  }

  get #stoppedBy(): StopSignal | undefined {
    return this.#hooks.stop?.aborted ? this.#hooks.stop.reason : undefined;
  }

  #spawn(): void {
    const { threads, pattern, seed } = this.#options;
    const common = { abort: this.#abort.handle(), phase: this.#phase.handle() };
    if (this.#files !== undefined) {
      const { persistence, queue } = this.#files;
      const worker = this.#hooks.createFileWorker?.() ?? createFileWorker();
      this.#fileTask = new WorkerTask(worker, {
        ...common,
        persistence,
        ...(queue === undefined ? {} : { queue: queue.handle() }),
      });
    }
    for (let thread = 0; thread < threads; thread++) {
      const worker = this.#hooks.createLoadWorker?.() ?? createLoadWorker();
      this.#loadTasks.push(new WorkerTask(worker, { ...common, backend: this.#backend, pattern, seed, thread }));
    }
  }

  /** Resolves when the load has run for its time, or is told to stop. */
  #loadTime(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { stop } = this.#hooks;
    if (stop?.aborted) return Promise.resolve();
    const timer = setTimeout(resolve, this.#options.loadTimeMs);
    const onStop = () => resolve();
    stop?.addEventListener("abort", onStop);
    return promise.finally(() => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", onStop);
    });
  }

  /** Has everything acknowledged written, and checks that it is. */
  async #drain(files: PreparedFiles, loadResults: readonly LoadWorkerResult[]): Promise<FileResult> {
    const fileTask = this.#fileTask!;
    const startedAtMs = performance.now();
    this.#hooks.onProgress?.("draining");
    files.queue?.close();
    this.#phase.advance(DRAINING);
    const fileCounts = await fileTask.result;
    const drainMs = performance.now() - startedAtMs;

    for (let shard = 0; shard < files.store.size.shards; shard++) {
      if (files.ledger.writtenVersion(shard) !== files.store.version(shard)) {
        throw new Error(`Shard ${shard} was not written completely: this is a defect of kvlab`);
      }
    }
    const counts = [fileCounts, ...loadResults];
    return {
      filesLoaded: files.filesLoaded,
      entriesLoaded: files.entriesLoaded,
      filesSetAside: files.filesSetAside,
      files: files.directory.shardsWithFile().length,
      snapshotsWritten: counts.reduce((sum, { snapshotsWritten }) => sum + snapshotsWritten, 0),
      snapshotsSuperseded: fileCounts.snapshotsSuperseded,
      bytesWritten: counts.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
      drainMs,
    };
  }

  /** Settles as `promise` does, or rejects as soon as any worker fails. */
  #orFailure<T>(promise: Promise<T>): Promise<T> {
    const failures = this.#tasks.map(({ result }) => result.then(() => new Promise<never>(() => {})));
    return Promise.race([promise, ...failures]);
  }

  /** Makes all workers end, and returns the error that began it. */
  async #fail(error: unknown): Promise<unknown> {
    this.#abort.raise();
    this.#phase.advance(STOPPING);
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
