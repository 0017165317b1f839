/**
 * What passes between a run and whoever runs it while it is going on: how it reports what it does and is told to stop,
 * and its live readings.
 *
 * @module
 */
import { type LoadMeter, PRELOADED } from "../load/load_meter.ts";
import type { FileReadings } from "./file_run.ts";
import { threadCounts } from "./load_result.ts";
import { perSecond, type PhaseResult } from "./run_result.ts";
import type { SetAsideFile } from "../persist/layout/layout_module.ts";
import { given } from "../option/given.ts";

/** What a run shows at one moment. */
export interface LiveReading {
  readonly phase: PhaseResult["phase"];
  /** Time since the phase began, in milliseconds. */
  readonly elapsedMs: number;
  /** How long the phase will take, in milliseconds, if known. */
  readonly totalMs?: number;
  /** Keys that are there, out of those that a preload puts. */
  readonly keys?: { readonly done: number; readonly total: number };
  /** Operations done, out of those after which the load ends. */
  readonly ops?: { readonly done: number; readonly total: number };
  /** Since the previous reading. */
  readonly opsPerSec?: number;
  /** How much is queued to be written, and how much may be, if the policy has a queue. */
  readonly queue?: { readonly queued: number; readonly depth: number };
  /** Acknowledged writes that a crash of the process would now lose, and the age of the oldest in milliseconds. */
  readonly atRisk?: { readonly writes: number; readonly ageMs: number };
}

/** What a {@linkcode LiveReader} works with. */
interface LiveParts {
  readonly meter: LoadMeter;
  /** Operations after which the load ends, and records that are preloaded, if any. */
  readonly ops?: number | undefined;
  readonly records?: number | undefined;
  readonly queueDepth?: number | undefined;
  /** Reads the file backend's gauges and counts; absent for memory. */
  readonly readFiles?: (() => FileReadings) | undefined;
  onReading(reading: LiveReading): void;
}

const PERIOD_MS = 200;

/** Takes a reading several times a second, from the beginning of a phase to its end. */
export class LiveReader {
  readonly #parts: LiveParts;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /** Begins a phase; `totalMs` is its length, if known beforehand. */
  begin(phase: PhaseResult["phase"], totalMs?: number): void {
    this.end();
    const startedAtMs = performance.now();
    let before = { done: this.#done(phase), atMs: startedAtMs };
    this.#timer = setInterval(() => {
      const now = { done: this.#done(phase), atMs: performance.now() };
      const perSec = perSecond(now.done - before.done, now.atMs - before.atMs);
      before = now;
      const timed = { phase, elapsedMs: now.atMs - startedAtMs, ...given({ totalMs }) };
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
    if (phase === "preload") return records === undefined ? {} : { keys: { done, total: records } };
    if (phase !== "load") return {};
    return ops === undefined ? { opsPerSec: perSec } : { ops: { done, total: ops }, opsPerSec: perSec };
  }

  #files(): Partial<LiveReading> {
    const { readFiles, queueDepth } = this.#parts;
    const files = readFiles?.();
    if (files === undefined) return {};
    const { queued, processCrash: { writes, ageMs } } = files;
    return {
      ...(queued === undefined || queueDepth === undefined ? {} : { queue: { queued, depth: queueDepth } }),
      atRisk: { writes, ageMs },
    };
  }
}

/** What whoever runs it gives to a run. */
export interface RunHooks {
  /** Aborted with a `StopSignal` as its reason to end the run in an orderly way. */
  readonly stop?: AbortSignal;
  /** Called for each damaged file that was set aside. */
  onSetAside?(file: SetAsideFile): void;
  /** Called for anything that makes the result less meaningful than it seems. */
  onWarning?(message: string): void;
  /** Called when the next part of the run begins. */
  onProgress?(message: string): void;
  /** Called when the run enters a phase. */
  onPhase?(phase: PhaseResult["phase"]): void;
  /** Called several times a second with the current readings. */
  onReading?(reading: LiveReading): void;
  /** Creates a load worker; for tests that need their own. */
  createLoadWorker?(): Worker;
  /** Creates the file worker; for tests that need their own. */
  createFileWorker?(): Worker;
}
