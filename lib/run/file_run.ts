/**
 * The file side of a run: the file worker, the gauges, and the drain.
 *
 * @module
 */
import type { FileBackendOptions } from "../backend/backend.ts";
import type { PreparedFiles } from "../backend/prepare.ts";
import { probeDevice } from "../directory/device_probe.ts";
import { isSynced } from "../persist/durability.ts";
import { type Exposure, ExposureGauge } from "../persist/exposure.ts";
import type { ExposureBound } from "../persist/policy/policy_module.ts";
import type { FileWorkerConfiguration, FileWorkerResult } from "../persist/file_worker.ts";
import { NS_PER_MS } from "../metrics/histogram.ts";
import { summarize } from "../metrics/summaries.ts";
import { policyOf } from "../persist/policy/policies.ts";
import { fileSystemType } from "../system/system.ts";
import { NO_WRITES, type WriteTotals } from "../persist/write_meter.ts";
import { Abort, type AbortHandle } from "../sync/abort.ts";
import type { Clock } from "../sync/clock.ts";
import { DRAINING, type Phase } from "../sync/phase.ts";
import { WorkerTask } from "../sync/task.ts";
import { type Distribution, ExposureSampler, type ExposureSummary } from "./exposure_sampler.ts";
import type { RunOptions } from "./run_options.ts";
import type { FileResult } from "./run_result.ts";
import { startWorker } from "./start_worker.ts";
import { given } from "../option/given.ts";

/** What is known of the device under the directory. */
type DeviceDescription = Pick<FileResult, "fileSystem" | "device">;

/** What a {@linkcode FileRun} works with. */
interface FileRunParts {
  readonly options: FileBackendOptions;
  readonly files: PreparedFiles;
  readonly clock: Clock;
  readonly phase: Phase;
  readonly abort: AbortHandle;
  /** Whether records are put before the load, so that the file worker writes them first. */
  readonly preloaded: boolean;
  readonly device: DeviceDescription;
  /** The file worker, not yet configured. */
  readonly worker: Worker;
}

/**
 * Measures the device and starts the file worker.
 *
 * @throws {Error} when the system refuses a thread
 */
export function startFileRun(
  files: PreparedFiles,
  { options: { backend, workload }, createWorker = createFileWorker, ...shared }:
    & Pick<FileRunParts, "clock" | "phase" | "abort">
    & { readonly options: RunOptions; readonly createWorker?: (() => Worker) | undefined },
): FileRun | undefined {
  if (backend.kind !== "file") return undefined;
  const preloaded = workload.kind === "mix" && workload.preload;
  const device = describeDevice(backend, files.directory.path);
  const worker = startWorker(createWorker, "the file worker");
  return new FileRun({ ...shared, options: backend, files, preloaded, device, worker });
}

/** What is known of the device under a directory, as far as the options ask for it. */
function describeDevice({ deviceProbe }: FileBackendOptions, directory: string): DeviceDescription {
  if (deviceProbe === undefined) return {};
  const fileSystem = fileSystemType(directory);
  return {
    ...given({ fileSystem }),
    ...(deviceProbe ? { device: probeDevice(directory) } : {}),
  };
}

function createFileWorker(): Worker {
  return new Worker(new URL("../persist/file_worker.ts", import.meta.url), { type: "module" });
}

/** The file backend's gauges and counts at one moment. */
export interface FileReadings extends WriteTotals {
  readonly processCrash: Readonly<Exposure>;
  /** Absent if nothing is synced, since a power loss would lose everything. */
  readonly powerLoss?: Readonly<Exposure>;
  /** Snapshots in the queue, if there is one. */
  readonly queued?: number;
}

/** The part of a run that only the file backend has. */
export class FileRun {
  readonly task: WorkerTask<FileWorkerConfiguration, FileWorkerResult>;
  readonly #parts: FileRunParts;
  readonly #gauge: ExposureGauge;
  readonly #processCrash: ExposureSampler;
  /** Absent if nothing is synced, since a power loss would lose everything. */
  readonly #powerLoss: ExposureSampler | undefined;
  /** What had been written when the load began. */
  #before: { readonly totals: WriteTotals; readonly timesToPersist: readonly Float64Array[] } | undefined;
  /** How long writes had taken when the load ended. */
  #timesAtEnd: readonly Float64Array[] | undefined;

  constructor(parts: FileRunParts) {
    const { options, files: { store, ledger, queue, persistence }, clock, phase, abort, worker, preloaded } = parts;
    this.#parts = parts;
    this.#gauge = new ExposureGauge({ store, ledger, queue, clock, policy: options.policy });
    this.#processCrash = new ExposureSampler(this.#gauge, "processCrash");
    this.#powerLoss = isSynced(options.sync) ? new ExposureSampler(this.#gauge, "powerLoss") : undefined;
    this.task = new WorkerTask(worker, {
      abort,
      phase: phase.handle(),
      persistence,
      preloaded,
    }, "The file worker");
  }

  /** How much the queue holds at most, if there is one. */
  get queueDepth(): number | undefined {
    return this.#parts.files.queue?.size.depth;
  }

  /** The current gauges and counts. */
  get readings(): FileReadings {
    const { files: { queue, writeMeter }, options } = this.#parts;
    const processCrash = emptyExposure();
    this.#gauge.read("processCrash", processCrash);
    const powerLoss = isSynced(options.sync) ? emptyExposure() : undefined;
    if (powerLoss !== undefined) this.#gauge.read("powerLoss", powerLoss);
    return {
      ...writeMeter.totals,
      processCrash,
      ...given({ powerLoss }),
      ...(queue === undefined ? {} : { queued: queue.count }),
    };
  }

  /** Called when the load begins: watches the gauges from here on, and counts what is written. */
  startMeasuring(): void {
    this.#before = { totals: this.#parts.files.writeMeter.totals, timesToPersist: this.#copyTimes() };
    this.#processCrash.start();
    this.#powerLoss?.start();
  }

  /**
   * Called when the load has ended, however it ended: stops watching the gauges. What the drain writes still counts.
   */
  stopMeasuring(): void {
    this.#processCrash.stop();
    this.#powerLoss?.stop();
    this.#timesAtEnd = this.#copyTimes();
  }

  #copyTimes(): Float64Array[] {
    return this.#parts.files.writeMeter.timesToPersist.map((counts) => new Float64Array(counts));
  }

  /**
   * Waits until everything acknowledged is written, and checks that it is. No load worker may be running any more.
   *
   * @param threads load workers of the run
   * @throws {Error} when the file worker fails
   */
  async drain(threads: number): Promise<FileResult & { readonly drainMs: number }> {
    const { files, phase } = this.#parts;
    const startedAtMs = performance.now();
    files.queue?.close();
    phase.advance(DRAINING);
    files.doorbell.ring();
    const fileResult = await this.task.result;
    const drainMs = performance.now() - startedAtMs;
    this.#checkAllWritten();
    files.directory.recordFiles();
    return { ...this.#result(threads, fileResult), drainMs };
  }

  /** What has been measured until a failure, after which nothing is written any more. */
  resultWithoutDrain(threads: number): FileResult {
    return this.#result(threads, {});
  }

  /** Ends the file worker of a run that cannot begin: whoever closes the store next has it alone. */
  async abandon(): Promise<void> {
    Abort.attach(this.#parts.abort).raise();
    await this.task.result.catch(() => {});
    this.task.terminate();
  }

  #checkAllWritten(): void {
    const { store, ledger } = this.#parts.files;
    for (let shard = 0; shard < store.size.shards; shard++) {
      if (ledger.writtenVersion(shard) !== store.version(shard)) {
        throw new Error(`Shard ${shard} was not written completely: this is a bug in kvlab`);
      }
    }
  }

  #result(threads: number, { flushes }: FileWorkerResult): FileResult {
    const { files, options } = this.#parts;
    const { policy } = options;
    const { bound, acknowledgesAtOnce } = policyOf(policy);
    const processCrashBound = bound(policy, { threads, flushMsMax: flushes?.flushMsMax ?? 0 });
    // A put that waits for its write is no more at risk while it is written than before.
    const longestMs = acknowledgesAtOnce ? this.#timeToPersist(this.#timesAtEnd).max : 0;
    // A histogram rounds, which must not look like a broken promise.
    const ageMsMin = Math.min(longestMs, processCrashBound.ageMs ?? Infinity);
    const processCrash = this.#processCrash.summary({ ageMsMin });
    return {
      openMs: files.openMs,
      filesLoaded: files.filesLoaded,
      entriesLoaded: files.entriesLoaded,
      filesSetAside: files.filesSetAside,
      filesTorn: files.filesTorn,
      files: files.directory.fileCount,
      ...this.#written,
      ...given({ flushes }),
      processCrash,
      processCrashBound,
      brokenBounds: brokenBounds(processCrashBound, processCrash),
      ...(this.#powerLoss === undefined ? {} : { powerLoss: this.#powerLoss.summary({ ageMsMin }) }),
      timeToPersistMs: this.#timeToPersist(),
      ...this.#parts.device,
    };
  }

  /** What has been written since the load began. */
  get #written(): WriteTotals {
    const { totals } = this.#parts.files.writeMeter;
    const before = this.#before?.totals ?? totals;
    const since = { ...NO_WRITES };
    for (const name of Object.keys(since) as (keyof WriteTotals)[]) since[name] = totals[name] - before[name];
    return since;
  }

  /** How long what has been written since the load began had been at risk, until now or until some time before. */
  #timeToPersist(counts: readonly Float64Array[] = this.#parts.files.writeMeter.timesToPersist): Distribution {
    const before = this.#before?.timesToPersist ?? [];
    const summary = summarize(counts, before);
    if (summary === undefined) return { mean: 0, p50: 0, p99: 0, max: 0 };
    const { mean, p50, p99, max } = summary;
    return { mean: mean / NS_PER_MS, p50: p50 / NS_PER_MS, p99: p99 / NS_PER_MS, max: max / NS_PER_MS };
  }
}

function emptyExposure(): Exposure {
  return { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };
}

/** The bounds that were exceeded, each as one sentence without a period. Ages within clock tolerance do not count. */
export function brokenBounds({ writes, ageMs }: ExposureBound, found: ExposureSummary): string[] {
  const broken: string[] = [];
  if (writes !== undefined && found.writes.max > writes) {
    broken.push(
      `the bound was exceeded: ${found.writes.max} writes were at risk at one time, promised at most ${writes}`,
    );
  }
  if (ageMs !== undefined && found.ageMs.max > ageMs + AGE_TOLERANCE_MS) {
    const [seconds, boundSeconds] = [found.ageMs.max, ageMs].map((ms) => (ms / 1000).toFixed(3));
    broken.push(
      `the bound was exceeded: a write was at risk for ${seconds} s, promised at most ${boundSeconds} s: ` +
        "the file worker did not get enough CPU time",
    );
  }
  return broken;
}

/** Threads read their clocks slightly apart, and a flush begins slightly after it is due. */
const AGE_TOLERANCE_MS = 5;
