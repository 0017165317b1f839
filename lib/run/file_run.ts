/**
 * Room of a run's file side: the file worker, the gauges, and the drain.
 *
 * @module
 */
import type { FileBackendOptions } from "../backend/backend.ts";
import type { PreparedFiles } from "../backend/prepare.ts";
import type { LoadWorkerResult } from "../load/load_worker.ts";
import { ExposureGauge } from "../persist/exposure.ts";
import type { FileWorkerConfiguration, FileWorkerResult } from "../persist/file_worker.ts";
import { summarize } from "../metrics/summaries.ts";
import type { AbortHandle } from "../sync/abort.ts";
import type { Clock } from "../sync/clock.ts";
import { DRAINING, type Phase } from "../sync/phase.ts";
import { WorkerTask } from "../sync/task.ts";
import { exposureBound } from "./exposure_bound.ts";
import { type Distribution, ExposureSampler } from "./exposure_sampler.ts";
import type { FileResult } from "./result.ts";

const NS_PER_MS = 1e6;

/** What a {@linkcode FileRun} works with. */
export interface FileRunParts {
  readonly options: FileBackendOptions;
  readonly files: PreparedFiles;
  readonly clock: Clock;
  readonly phase: Phase;
  readonly abort: AbortHandle;
  /** The file worker, not yet configured. */
  readonly worker: Worker;
}

/** The part of a run that only the file backend has. */
export class FileRun {
  readonly task: WorkerTask<FileWorkerConfiguration, FileWorkerResult>;
  readonly #parts: FileRunParts;
  readonly #processCrash: ExposureSampler;
  /** Absent where nothing is synced, so that a power loss would lose everything. */
  readonly #powerLoss: ExposureSampler | undefined;

  constructor(parts: FileRunParts) {
    const { options, files: { store, ledger, queue, persistence }, clock, phase, abort, worker } = parts;
    this.#parts = parts;
    const gauge = new ExposureGauge({ store, ledger, queue, clock });
    this.#processCrash = new ExposureSampler(gauge, "process-crash");
    this.#powerLoss = options.sync === "none" ? undefined : new ExposureSampler(gauge, "power-loss");
    this.task = new WorkerTask(worker, {
      abort,
      phase: phase.handle(),
      persistence,
      ...(queue === undefined ? {} : { queue: queue.handle() }),
      ...(options.policy.kind === "periodic" ? { flushPeriodMs: options.policy.periodMs } : {}),
    });
  }

  /** Watches the gauges from here on. */
  startSampling(): void {
    this.#processCrash.start();
    this.#powerLoss?.start();
  }

  /** Ends the watch. To be called however the load ends. */
  stopSampling(): void {
    this.#processCrash.stop();
    this.#powerLoss?.stop();
  }

  /**
   * Has everything acknowledged written, once no load worker runs any more, and checks that it is.
   *
   * @throws {Error} when the file worker fails
   */
  async drain(loadResults: readonly LoadWorkerResult[]): Promise<FileResult> {
    const { files, phase } = this.#parts;
    const startedAtMs = performance.now();
    files.queue?.close();
    phase.advance(DRAINING);
    const fileResult = await this.task.result;
    const drainMs = performance.now() - startedAtMs;
    this.#checkAllWritten();
    return await this.#result(loadResults, fileResult, drainMs);
  }

  #checkAllWritten(): void {
    const { store, ledger } = this.#parts.files;
    for (let shard = 0; shard < store.size.shards; shard++) {
      if (ledger.writtenVersion(shard) !== store.version(shard)) {
        throw new Error(`Shard ${shard} was not written completely: this is a defect of kvlab`);
      }
    }
  }

  async #result(
    loadResults: readonly LoadWorkerResult[],
    fileResult: FileWorkerResult,
    drainMs: number,
  ): Promise<FileResult> {
    const { files, options } = this.#parts;
    const { sweeps } = fileResult;
    return {
      filesLoaded: files.filesLoaded,
      entriesLoaded: files.entriesLoaded,
      filesSetAside: files.filesSetAside,
      files: files.directory.shardFiles().length,
      ...files.writeMeter.totals,
      drainMs,
      ...(sweeps === undefined ? {} : { sweeps }),
      processCrash: await this.#processCrash.summary(),
      processCrashBound: exposureBound(options.policy, loadResults.length, sweeps),
      ...(this.#powerLoss === undefined ? {} : { powerLoss: await this.#powerLoss.summary() }),
      timeToPersistMs: await this.#timeToPersist(),
    };
  }

  async #timeToPersist(): Promise<Distribution> {
    const summary = await summarize({ counts: this.#parts.files.writeMeter.timesToPersist });
    if (summary === undefined) return { mean: 0, p50: 0, p99: 0, max: 0 };
    const { mean, p50, p99, max } = summary;
    return { mean: mean / NS_PER_MS, p50: p50 / NS_PER_MS, p99: p99 / NS_PER_MS, max: max / NS_PER_MS };
  }
}
