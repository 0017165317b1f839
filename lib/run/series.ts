/**
 * The series: what each interval of the load saw. The main thread reads it from shared memory; the load loop sends no
 * messages.
 *
 * @module
 */
import type { LoadMeter, ThreadMeter } from "../load/load_meter.ts";
import { IntervalHistogram } from "../metrics/summaries.ts";
import type { FileReadings } from "./file_run.ts";
import { inMilliseconds, threadCounts } from "./load_result.ts";
import { type LatencySummary, perSecond, type SeriesFileColumns, type SeriesRow } from "./run_result.ts";
import { given } from "../option/given.ts";

/** What a {@linkcode SeriesRecorder} works with. */
interface SeriesParts {
  readonly meter: LoadMeter;
  readonly intervalMs: number;
  /** Whether latencies are measured. */
  readonly latencies: boolean;
  /** Reads the file backend's gauges and counts; absent for memory. */
  readonly readFiles?: (() => FileReadings) | undefined;
}

/** Compensates for rounding when a division should give a whole number. */
const ROUNDING = 1e-9;

/** Records the series of one load, from start to stop. */
export class SeriesRecorder {
  readonly #parts: SeriesParts;
  readonly #threads: readonly ThreadMeter[];
  readonly #rows: SeriesRow[] = [];
  /** The totals of all threads and files at the end of the last interval; latencies of all kinds are combined. */
  #counts: Float64Array;
  readonly #latencies = new IntervalHistogram();
  #files: FileReadings | undefined;
  #startedAtMs = 0;
  #stoppedAtMs = 0;
  #filesAtStop: FileReadings | undefined;
  /** Where the last row ends, measured from the start, and when it was read. */
  #endMs = 0;
  #readAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SeriesParts) {
    this.#parts = parts;
    this.#threads = parts.meter.threads;
    this.#counts = this.#sumOfCounts();
  }

  start(): void {
    this.#startedAtMs = performance.now();
    this.#readAtMs = this.#startedAtMs;
    this.#files = this.#parts.readFiles?.();
    this.#counts = this.#sumOfCounts();
    this.#latencySince();
    this.#wait();
  }

  /**
   * Called when the load has ended. Anything counted after that, by finishing threads and draining files, goes into the
   * last row.
   */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stoppedAtMs = performance.now();
    this.#filesAtStop = this.#parts.readFiles?.();
  }

  /**
   * Adds the last row, for the rest of an interval, once nothing counts any more, so that the rows add up to the
   * totals.
   */
  finish(): void {
    const leftMs = this.#stoppedAtMs - this.#startedAtMs - this.#endMs;
    if (leftMs > 0) this.#endInterval({ endMs: this.#stoppedAtMs - this.#startedAtMs, nowMs: this.#stoppedAtMs });
  }

  get rows(): readonly SeriesRow[] {
    return this.#rows;
  }

  /**
   * Intervals end at multiples of their length. A timer that fires early waits for the rest; one that is late by
   * several intervals covers them with one row.
   */
  #wait(): void {
    const { intervalMs } = this.#parts;
    const dueMs = this.#startedAtMs + this.#endMs + intervalMs;
    this.#timer = setTimeout(() => {
      const nowMs = performance.now();
      const intervals = Math.floor((nowMs - this.#startedAtMs) / intervalMs + ROUNDING);
      if (intervals * intervalMs > this.#endMs) this.#endInterval({ endMs: intervals * intervalMs, nowMs });
      this.#wait();
    }, Math.max(0, dueMs - performance.now()));
  }

  /** @param at where the interval ends, from the load's start, and the moment at which it is read */
  #endInterval({ endMs, nowMs }: { endMs: number; nowMs: number }): void {
    const durationMs = endMs - this.#endMs;
    const readMs = nowMs - this.#readAtMs;
    this.#endMs = endMs;
    this.#readAtMs = nowMs;
    const { ops, reads, writes } = threadCounts(this.#countsSince());
    const latency = this.#latencySince();
    const file = this.#fileColumns();
    this.#rows.push({
      endMs,
      durationMs,
      ops,
      // The reading may be late; the rate covers the time that it spans.
      opsPerSec: perSecond(ops, readMs),
      reads,
      writes,
      ...given({ latency, file }),
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

  /** The latencies counted since the last interval, over all kinds of operations. */
  #latencySince(): LatencySummary | undefined {
    if (!this.#parts.latencies) return undefined;
    // Most loads have only a few kinds of operations; the histograms of the others are empty, and long.
    const used = this.#threads.flatMap(({ counts, latencies }) => latencies.filter((_, kind) => counts[kind]! > 0));
    const summary = this.#latencies.read(used);
    return summary === undefined ? undefined : inMilliseconds(summary);
  }

  #fileColumns(): SeriesFileColumns | undefined {
    const before = this.#files;
    const now = this.#parts.readFiles?.();
    this.#files = now;
    // The gauges of the last row are those of the load's end, not of the drain's.
    const gauges = this.#filesAtStop ?? now;
    if (now === undefined || before === undefined || gauges === undefined) return undefined;
    const { processCrash, powerLoss, queued } = gauges;
    return {
      processCrashWrites: processCrash.writes,
      processCrashAgeMs: processCrash.ageMs,
      ...(powerLoss === undefined ? {} : { powerLossWrites: powerLoss.writes, powerLossAgeMs: powerLoss.ageMs }),
      ...given({ queued }),
      snapshotsWritten: now.snapshotsWritten - before.snapshotsWritten,
      bytesWritten: now.bytesWritten - before.bytesWritten,
    };
  }
}
