/**
 * Room of the live readings: what a run shows of itself while it goes on.
 *
 * @module
 */
import { type LoadMeter, PRELOADED } from "../load/load_meter.ts";
import type { FileReadings } from "./file_run.ts";
import { threadCounts } from "./load_result.ts";
import type { PhaseResult } from "./measurements.ts";
import { perSecond } from "./result.ts";

/** What a run shows of itself at a moment. */
export interface LiveReading {
  readonly phase: PhaseResult["phase"];
  /** Since the phase began, in milliseconds. */
  readonly elapsedMs: number;
  /** How long the phase lasts, where that is known beforehand. */
  readonly totalMs?: number;
  /** How much there is to do in the phase, where that is counted rather than timed, and how much is done. */
  readonly done?: number;
  readonly total?: number;
  /** Operations, or preloaded records, per second since the reading before. */
  readonly perSec?: number;
  /** Snapshots in the queue, and how many there may be. */
  readonly queued?: number;
  readonly queueDepth?: number;
  /** What a crash of the process would lose, and the age of the oldest of it in milliseconds. */
  readonly processCrashWrites?: number;
  readonly processCrashAgeMs?: number;
}

/** What a {@linkcode LiveReader} works with. */
export interface LiveParts {
  readonly meter: LoadMeter;
  /** Operations after which the load ends, and records that are preloaded, where there are such. */
  readonly ops?: number | undefined;
  readonly records?: number | undefined;
  readonly queueDepth?: number | undefined;
  /** Reads the file backend's gauges and counts; absent for memory. */
  readonly readFiles?: (() => FileReadings) | undefined;
  onReading(reading: LiveReading): void;
}

const PERIOD_MS = 200;

/** Gives a reading several times a second, from a phase's begin to its end. */
export class LiveReader {
  readonly #parts: LiveParts;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /** Begins with a phase, whose length is `totalMs` where that is known beforehand. */
  begin(phase: PhaseResult["phase"], totalMs?: number): void {
    this.end();
    const startedAtMs = performance.now();
    let before = { done: this.#done(phase), atMs: startedAtMs };
    this.#timer = setInterval(() => {
      const now = { done: this.#done(phase), atMs: performance.now() };
      const perSec = perSecond(now.done - before.done, now.atMs - before.atMs);
      before = now;
      const timed = { phase, elapsedMs: now.atMs - startedAtMs, ...(totalMs === undefined ? {} : { totalMs }) };
      this.#parts.onReading({ ...timed, ...this.#counted(phase, now.done, perSec), ...this.#files() });
    }, PERIOD_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #done(phase: PhaseResult["phase"]): number {
    const { threads } = this.#parts.meter;
    const counted = phase === "preload"
      ? threads.map(({ counts }) => counts[PRELOADED]!)
      : threads.map(({ counts }) => threadCounts(counts).ops);
    return counted.reduce((sum, count) => sum + count, 0);
  }

  #counted(phase: PhaseResult["phase"], done: number, perSec: number): Partial<LiveReading> {
    const { ops, records } = this.#parts;
    if (phase !== "preload" && phase !== "load") return {};
    const total = phase === "preload" ? records : ops;
    return total === undefined ? { perSec } : { done, total, perSec };
  }

  #files(): Partial<LiveReading> {
    const { readFiles, queueDepth } = this.#parts;
    const files = readFiles?.();
    if (files === undefined) return {};
    return {
      processCrashWrites: files.processCrash.writes,
      processCrashAgeMs: files.processCrash.ageMs,
      ...(files.queued === undefined || queueDepth === undefined ? {} : { queued: files.queued, queueDepth }),
    };
  }
}
