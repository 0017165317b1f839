/**
 * Room of the series: what each interval of the load saw, read by the main thread from what the workers share. The load
 * loop sends no messages.
 *
 * @module
 */
import type { LoadMeter, ThreadMeter } from "../load/load_meter.ts";
import { IntervalHistogram } from "../metrics/interval.ts";
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
  readonly #rows: SeriesRow[] = [];
  /** What all threads and the files had at the end of the last interval; the latencies of all kinds together. */
  #counts: Float64Array;
  readonly #latencies = new IntervalHistogram();
  #files: FileReadings | undefined;
  #startedAtMs = 0;
  #endedAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SeriesParts) {
    this.#parts = parts;
    this.#threads = parts.meter.threads;
    this.#counts = this.#sumOfCounts();
  }

  start(): void {
    this.#startedAtMs = performance.now();
    this.#endedAtMs = this.#startedAtMs;
    this.#files = this.#parts.readFiles?.();
    this.#counts = this.#sumOfCounts();
    this.#latencySince();
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
    const { ops, reads, writes } = threadCounts(this.#countsSince());
    const latency = this.#latencySince();
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

  /** What all threads have counted since the last interval. */
  #countsSince(): Float64Array {
    const before = this.#counts;
    this.#counts = this.#sumOfCounts();
    return this.#counts.map((count, at) => count - before[at]!);
  }

  #sumOfCounts(): Float64Array {
    const sums = new Float64Array(this.#threads[0]?.counts.length ?? 0);
    for (const { counts } of this.#threads) {
      for (let at = 0; at < sums.length; at++) sums[at]! += counts[at]!;
    }
    return sums;
  }

  /** The latencies that they have counted since, of all kinds of operations. */
  #latencySince(): LatencySummary | undefined {
    if (!this.#parts.latencies) return undefined;
    // Most loads have but few kinds of operations; the histograms of the others are empty, and long.
    const used = this.#threads.flatMap(({ counts, latencies }) => latencies.filter((_, kind) => counts[kind]! > 0));
    const summary = this.#latencies.read(used);
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
