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
  /** What all threads and the files had at the end of the last interval; the latencies of all kinds together. */
  readonly #counts: SumOfCounts;
  readonly #latencies = new SumOfCounts(HISTOGRAM_BUCKETS);
  #files: FileReadings | undefined;
  #startedAtMs = 0;
  #endedAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(parts: SeriesParts, histogramOf: typeof hdrOf) {
    this.#parts = parts;
    this.#histogramOf = histogramOf;
    this.#threads = parts.meter.threads;
    this.#counts = new SumOfCounts(this.#threads[0]?.counts.length ?? 0);
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
    this.#countsSince();
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

  /** What the threads have counted since the last interval. */
  #countsSince(): Float64Array {
    return this.#counts.since(this.#threads.map(({ counts }) => counts));
  }

  /** The latencies that they have counted since. */
  #latencySince(): LatencySummary | undefined {
    if (!this.#parts.latencies) return undefined;
    // Most loads have but few kinds of operations; the histograms of the others are empty, and long.
    const used = this.#threads.flatMap(({ counts, latencies }) => latencies.filter((_, kind) => counts[kind]! > 0));
    const summary = summaryOf(this.#histogramOf([this.#latencies.since(used)]));
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

/** Sums of counts that only ever grow, and what they have grown by. */
class SumOfCounts {
  #before: Float64Array;

  /** @param length how many counts there are of each source */
  constructor(length: number) {
    this.#before = new Float64Array(length);
  }

  /** Sums up the sources, and returns by how much that exceeds the sum before. */
  since(sources: readonly Float64Array[]): Float64Array {
    const now = new Float64Array(this.#before.length);
    for (const source of sources) {
      for (let at = 0; at < now.length; at++) now[at]! += source[at]!;
    }
    const grown = now.map((count, at) => count - this.#before[at]!);
    this.#before = now;
    return grown;
  }
}
