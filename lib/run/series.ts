/**
 * Room of the series: what each interval of the load saw, read by the main thread from what the workers share. The load
 * loop sends no messages.
 *
 * @module
 */
import type { LoadMeter, ThreadMeter } from "../load/load_meter.ts";
import type { hdrOf } from "../metrics/hdr.ts";
import { HISTOGRAM_BUCKETS } from "../metrics/histogram.ts";
import { summaryOf } from "../metrics/summaries.ts";
import type { FileReadings } from "./file_run.ts";
import { inMilliseconds, threadCounts } from "./load_result.ts";
import type { LatencySummary, SeriesFileColumns, SeriesRow } from "./measurements.ts";
import { perSecond } from "./result.ts";

/** What a {@linkcode SeriesRecorder} works with. */
export interface SeriesParts {
  readonly meter: LoadMeter;
  readonly intervalMs: number;
  /** Whether latencies are measured. */
  readonly latencies: boolean;
  /** Reads the file backend's gauges and counts; absent for memory. */
  readonly readFiles?: (() => FileReadings) | undefined;
}

/** The part of the load after the last whole interval has a row if it is at least this share of one. */
const LAST_SHARE_MIN = 0.1;

/** Records the series of one load, from its start to its stop. */
export class SeriesRecorder {
  readonly #parts: SeriesParts;
  readonly #threads: readonly ThreadMeter[];
  readonly #histogramOf: typeof hdrOf;
  readonly #rows: SeriesRow[] = [];
  /** What the threads and the files had at the end of the last interval; the latencies by thread and kind. */
  readonly #counts: readonly Float64Array[];
  readonly #latencies: readonly (readonly Float64Array[])[];
  /** The latencies of the interval at hand, of all threads and kinds. */
  readonly #interval = new Float64Array(HISTOGRAM_BUCKETS);
  #files: FileReadings | undefined;
  #startedAtMs = 0;
  #endedAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(parts: SeriesParts, histogramOf: typeof hdrOf) {
    this.#parts = parts;
    this.#histogramOf = histogramOf;
    this.#threads = parts.meter.threads;
    this.#counts = this.#threads.map(({ counts }) => new Float64Array(counts));
    this.#latencies = this.#threads.map(({ latencies }) => latencies.map((counts) => new Float64Array(counts)));
  }

  /** A recorder that is ready to start. */
  static async create(parts: SeriesParts): Promise<SeriesRecorder> {
    const { hdrOf } = await import("../metrics/hdr.ts");
    return new SeriesRecorder(parts, hdrOf);
  }

  start(): void {
    this.#startedAtMs = performance.now();
    this.#endedAtMs = this.#startedAtMs;
    this.#files = this.#parts.readFiles?.();
    this.#wait();
  }

  /** Ends the series; the part of an interval that is left has a row of its own. */
  stop(): void {
    clearTimeout(this.#timer);
    const leftMs = performance.now() - this.#endedAtMs;
    if (leftMs >= LAST_SHARE_MIN * this.#parts.intervalMs) this.#endInterval();
  }

  get rows(): readonly SeriesRow[] {
    return this.#rows;
  }

  /** Intervals end at multiples of their length, however late one of them is read. */
  #wait(): void {
    const { intervalMs } = this.#parts;
    const elapsedMs = performance.now() - this.#startedAtMs;
    const nextMs = (Math.floor(elapsedMs / intervalMs) + 1) * intervalMs;
    this.#timer = setTimeout(() => {
      this.#endInterval();
      this.#wait();
    }, nextMs - elapsedMs);
  }

  #endInterval(): void {
    const nowMs = performance.now();
    const durationMs = nowMs - this.#endedAtMs;
    this.#endedAtMs = nowMs;
    const since = this.#countsSince();
    const { ops, reads, writes } = threadCounts(since);
    const latency = this.#parts.latencies ? this.#latencySince(since) : undefined;
    const file = this.#fileColumns();
    this.#rows.push({
      endMs: nowMs - this.#startedAtMs,
      durationMs,
      ops,
      opsPerSec: perSecond(ops, durationMs),
      reads,
      writes,
      ...(latency === undefined ? {} : { latency }),
      ...(file === undefined ? {} : { file }),
    });
  }

  /** The sums of what the threads have counted since the last interval. */
  #countsSince(): Float64Array {
    const sums = new Float64Array(this.#counts[0]?.length ?? 0);
    for (const [thread, { counts }] of this.#threads.entries()) addSince(sums, counts, this.#counts[thread]!);
    return sums;
  }

  /** The latencies of all kinds of operations of which there has been one. */
  #latencySince(since: Float64Array): LatencySummary | undefined {
    this.#interval.fill(0);
    for (const [thread, { latencies }] of this.#threads.entries()) {
      for (const [kind, counts] of latencies.entries()) {
        if (since[kind]! > 0) addSince(this.#interval, counts, this.#latencies[thread]![kind]!);
      }
    }
    const summary = summaryOf(this.#histogramOf([this.#interval]));
    return summary === undefined ? undefined : inMilliseconds(summary);
  }

  #fileColumns(): SeriesFileColumns | undefined {
    const before = this.#files;
    const now = this.#parts.readFiles?.();
    this.#files = now;
    if (now === undefined || before === undefined) return undefined;
    return {
      processCrashWrites: now.processCrash.writes,
      processCrashAgeMs: now.processCrash.ageMs,
      ...(now.powerLoss === undefined
        ? {}
        : { powerLossWrites: now.powerLoss.writes, powerLossAgeMs: now.powerLoss.ageMs }),
      ...(now.queued === undefined ? {} : { queued: now.queued }),
      snapshotsWritten: now.snapshotsWritten - before.snapshotsWritten,
      bytesWritten: now.bytesWritten - before.bytesWritten,
    };
  }
}

/** Adds to the sums what has been counted since, and notes that it has. */
function addSince(sums: Float64Array, counts: Float64Array, before: Float64Array): void {
  for (let at = 0; at < sums.length; at++) {
    const now = counts[at]!;
    sums[at]! += now - before[at]!;
    before[at] = now;
  }
}
