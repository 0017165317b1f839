/**
 * One load worker's load on its backend, synchronous or asynchronous.
 *
 * @module
 */
import { HistoryFile, type Recording } from "../history/history_file.ts";
import { HistoryTape, type TapeHandle } from "../history/tape.ts";
import { WitnessedBackend, WitnessedLane } from "../backend/witnessed.ts";
import type {
  AsynchronousConnection,
  Connection,
  SynchronousConnection,
  SynchronousOperations,
} from "../engine/connection.ts";
import { Witness, type WitnessOptions } from "../persist/witness.ts";
import type { Abort } from "../sync/abort.ts";
import { TraceRing, type TraceRingHandle } from "../replay/trace_ring.ts";
import { type Phase, type PhaseHandle, READY, WARMING } from "../sync/phase.ts";
import { Lane, runClosedAsyncLoop, runOpenAsyncLoop, runReplayLoop } from "./async_loop.ts";
import { type LoopParts, RateSchedule, runClosedLoop, runOpenLoop, SAMPLE_NEVER, type Schedule } from "./load_loop.ts";
import { replayValues, ReplayWorkload, TraceSchedule } from "./replay_workload.ts";
import { createPattern, type Pattern, type PatternName } from "./pattern.ts";
import { Rng } from "./rng.ts";
import { type BackendHandle, isEngine } from "../backend/backends.ts";
import { MixedWorkload } from "./mixed_workload.ts";
import { createSharedWorkload, NumberedWorkload } from "./numbered_workload.ts";
import { RecordedBackend, RecordedLane } from "./recorded.ts";
import { DistinctSeedWorkload, SeedWorkload } from "./seed_workload.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";
import type { TaskConfiguration } from "../sync/task.ts";
import type { LoadMeterHandle } from "./load_meter.ts";

/** A part of the load, with its own end and its own meter. */
export type LoadPart = Pick<LoopParts, "during" | "endsAtMs" | "opsMax" | "meter">;

/** What a load works with. */
interface LoadParts {
  readonly configuration: LoadWorkerConfiguration;
  readonly phase: Phase;
  readonly abort: Abort;
}

/** One load worker's operations. */
export interface Load {
  /** Waits, in whichever way the backend allows, until the run has reached the phase. */
  reach(phase: number): void | Promise<void>;
  /**
   * Does operations until the part is over.
   *
   * @throws {RecordsUsedUpError} when there is no further operation
   */
  run(part: LoadPart): void | Promise<void>;
}

/** Creates the load for a backend, which scans if its operations do. */
export function createLoad(backend: Connection, parts: LoadParts): Load {
  return backend.kind === "synchronous" ? new SynchronousLoad(backend, parts) : new AsynchronousLoad(backend, parts);
}

/** What both kinds derive from the configuration. */
class LoadSettings {
  readonly latencySample: number;
  readonly #parts: LoadParts;
  readonly #waits: Rng;

  constructor(parts: LoadParts) {
    const { latencySample = SAMPLE_NEVER, seed, thread } = parts.configuration;
    this.latencySample = latencySample;
    this.#parts = parts;
    this.#waits = new Rng(seed, 2 * thread + 1);
  }

  /**
   * When operations are meant to begin in an open loop: the first immediately, the threads' first ones evenly spaced.
   */
  rateSchedule(): Schedule | undefined {
    const { ratePerSec, thread, threads } = this.#parts.configuration;
    if (ratePerSec === undefined) return undefined;
    const firstMs = performance.now() + 1000 * thread / ratePerSec;
    return new RateSchedule({ firstMs, periodMs: 1000 * threads / ratePerSec });
  }

  /**
   * When the operations of a replay are meant to begin, if not as fast as possible. The warm-up is part of the trace.
   */
  traceSchedule({ ring }: ReplayWorkload, { during }: LoadPart): TraceSchedule | undefined {
    const { phase, configuration: { workload } } = this.#parts;
    const speed = workload.kind === "replay" ? workload.speed : undefined;
    if (speed === undefined) return undefined;
    const warmingAtMs = phase.beganAtMs(WARMING);
    const warmedUpMs = during === WARMING ? 0 : phase.beganAtMs(READY) - warmingAtMs;
    return new TraceSchedule(ring, {
      originMs: phase.beganAtMs(during) - warmedUpMs,
      speed,
      isLast: during !== WARMING,
    });
  }

  /** The waits of the closed loop. */
  pattern({ during, meter: { counts } }: LoadPart): Pattern {
    const { phase, configuration: { pattern } } = this.#parts;
    return createPattern(pattern, { phase, during, rng: this.#waits, counts });
  }
}

/** Does operations one after another, blocking the thread. */
class SynchronousLoad implements Load {
  readonly #parts: LoadParts;
  readonly #settings: LoadSettings;
  readonly #loop: Pick<LoopParts, "backend" | "workload" | "phase" | "latencySample">;

  constructor(backend: SynchronousConnection, parts: LoadParts) {
    const { configuration, phase } = parts;
    this.#parts = parts;
    this.#settings = new LoadSettings(parts);
    this.#loop = {
      backend: observed(backend, configuration),
      workload: createWorkload(configuration, configuration),
      phase,
      latencySample: this.#settings.latencySample,
    };
  }

  reach(phase: number): void {
    this.#parts.phase.waitFor(phase, this.#parts.abort);
  }

  run(part: LoadPart): void {
    const parts = { ...part, ...this.#loop };
    const { workload } = this.#loop;
    const schedule = workload instanceof ReplayWorkload
      ? this.#settings.traceSchedule(workload, part)
      : this.#settings.rateSchedule();
    if (schedule === undefined) runClosedLoop(parts, this.#settings.pattern(part));
    else runOpenLoop(parts, schedule);
  }
}

/** The connection, with what records what is done on it. All of a worker's operations go through one class. */
function observed(backend: SynchronousConnection, configuration: LoadWorkerConfiguration): SynchronousOperations {
  const { witness, history, thread } = configuration;
  const { progress } = backend;
  const operations = history === undefined
    ? backend
    : new RecordedBackend({ backend, track: recordingOf(history, thread), round: history.round });
  if (witness === undefined) return operations;
  return new WitnessedBackend({
    backend: operations,
    progress,
    witness: Witness.ofAcknowledged(witness.directory, thread),
  });
}

/** What records a thread's operations. */
function recordingOf({ tape, directory }: HistoryOptions, thread: number): Recording {
  const track = HistoryTape.attach(tape).track(thread);
  return directory === undefined ? track : new HistoryFile(directory, thread, track);
}

/** Has several operations in flight. */
class AsynchronousLoad implements Load {
  readonly #parts: LoadParts;
  readonly #settings: LoadSettings;
  readonly #lanes: readonly Lane[];

  constructor(backend: AsynchronousConnection, parts: LoadParts) {
    this.#parts = parts;
    this.#settings = new LoadSettings(parts);
    this.#lanes = createLanes(backend, parts.configuration);
  }

  async reach(phase: number): Promise<void> {
    await this.#parts.phase.reached(phase, this.#parts.abort);
  }

  async run(part: LoadPart): Promise<void> {
    const { phase, abort } = this.#parts;
    const parts = { ...part, phase, abort, lanes: this.#lanes, latencySample: this.#settings.latencySample };
    const replays = this.#lanes.flatMap((lane) => {
      const { workload } = lane;
      if (!(workload instanceof ReplayWorkload)) return [];
      return { lane, workload, schedule: this.#settings.traceSchedule(workload, part) };
    });
    if (replays.length > 0) return await runReplayLoop(parts, replays);
    const schedule = this.#settings.rateSchedule();
    if (schedule === undefined) await runClosedAsyncLoop(parts, this.#settings.pattern(part));
    else await runOpenAsyncLoop(parts, schedule);
  }
}

/**
 * Creates a lane for each operation that may be in flight. The lanes share the thread's workload, unless puts must be
 * told apart, or those on a key must not overtake each other: then each lane counts as a thread of its own to the
 * workload and the witness, so that the order within each is known.
 */
function createLanes(backend: AsynchronousConnection, configuration: LoadWorkerConfiguration): Lane[] {
  const { witness, history, thread, threads, backend: { inFlight } } = configuration;
  const track = history && recordingOf(history, thread);
  const recorded = () =>
    history === undefined || track === undefined ? backend : new RecordedLane({ backend, track, round: history.round });
  if (witness === undefined && configuration.workload.kind !== "replay") {
    const workload = createWorkload(configuration, configuration);
    return Array.from({ length: inFlight }, () => new Lane({ backend: recorded(), workload }));
  }
  return Array.from({ length: inFlight }, (_, index) => {
    const place = { thread: thread * inFlight + index, threads: threads * inFlight };
    const witnessed = witness === undefined ? backend : new WitnessedLane({
      backend: recorded(),
      witness: Witness.ofAcknowledged(witness.directory, place.thread),
    });
    return new Lane({ backend: witnessed, workload: createWorkload(configuration, { ...place, lane: index }) });
  });
}

/** The position of a thread, or of one of its lanes, among all that share the operations. */
interface WorkloadPlace {
  /** From 0. */
  readonly thread: number;
  readonly threads: number;
  /** Of a thread's lanes, from 0; 0 if absent. */
  readonly lane?: number;
}

/**
 * Creates the workload for a place. Each place has two streams of random numbers, so that the waits do not affect the
 * operations.
 */
function createWorkload(
  { workload, seed, witness, history, backend, rings }: LoadWorkerConfiguration,
  { thread, threads, lane = 0 }: WorkloadPlace,
): Workload {
  if (workload.kind === "replay") {
    const ring = rings?.[lane];
    if (ring === undefined) throw new TypeError(`Cannot replay in lane ${lane}: it has no ring`);
    const values = replayValues(seed, workload, { thread, threads, round: witness?.round });
    return new ReplayWorkload(TraceRing.attach(ring), values, workload);
  }
  const rng = new Rng(seed, 2 * thread);
  if (workload.kind === "seed") {
    return isEngine(backend.name) ? new DistinctSeedWorkload(rng, { thread, threads }) : new SeedWorkload(rng);
  }
  if (witness !== undefined) {
    const place = { round: witness.round, thread, threads };
    return new NumberedWorkload(rng, workload, { ...place, readsAll: history !== undefined });
  }
  if (history !== undefined) return createSharedWorkload(rng, workload, { round: history.round, thread, threads });
  return new MixedWorkload(rng, workload, { thread, threads });
}

/** Where a run's operations are recorded for its history, and the round that its values name. */
export interface HistoryOptions {
  readonly tape: TapeHandle;
  readonly round: number;
  /** Where each thread appends its operations to a file instead; the tape is then only their clock. */
  readonly directory?: string;
}

/** Options of a run on which its load workers act. */
export interface LoadOptions {
  /** Number of load workers. */
  readonly threads: number;
  readonly workload: WorkloadOptions;
  /**
   * The waits of a closed loop: each thread begins an operation when the one before has ended and the thread has
   * waited.
   */
  readonly pattern: PatternName;
  /** One operation of a thread in this many is timed; none if absent. */
  readonly latencySample?: number;
  /** Seeds the operations: the same seed gives each thread the same operations. An integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /**
   * Where the threads record what they have done, beyond the reach of SIGKILL; each put of a mix can then be told
   * apart.
   */
  readonly witness?: WitnessOptions;
}

/** What a load worker is told at its start. */
export interface LoadWorkerConfiguration extends TaskConfiguration, LoadOptions {
  readonly phase: PhaseHandle;
  readonly meter: LoadMeterHandle;
  readonly backend: BackendHandle;
  /** Operations that all threads together begin per second, if the loop is open. */
  readonly ratePerSec?: number;
  /** How long the load lasts, in milliseconds, unless a number of operations ends it. */
  readonly loadTimeMs?: number;
  /** Operations after which all threads together end, unless time ends the load. */
  readonly ops?: number;
  /** Of a replay: what each of the worker's lanes gets its operations from. */
  readonly rings?: readonly TraceRingHandle[];
  /** Where all operations are recorded, and what makes puts distinguishable; neither happens if absent. */
  readonly history?: HistoryOptions;
  /** Index of the worker, from 0. */
  readonly thread: number;
}
