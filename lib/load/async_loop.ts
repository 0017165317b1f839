/**
 * The asynchronous load loops, closed, open and of a replay, in which one load worker has several operations in flight.
 *
 * @module
 */
import type { AsynchronousOperations } from "../engine/connection.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import type { Abort } from "../sync/abort.ts";
import { Phase } from "../sync/phase.ts";
import { loadSetImmediate, turn } from "../sync/turn.ts";
import { countNeverBegun, type LoopParts, type Schedule } from "./load_loop.ts";
import { HITS, MISSED_STARTS, SCANNED } from "./load_meter.ts";
import { DELETE, READ, READ_MODIFY_WRITE } from "./operation.ts";
import type { Pattern } from "./pattern.ts";
import type { ReplayWorkload, TraceSchedule } from "./replay_workload.ts";
import { StallWatch } from "./stall_watch.ts";
import type { Workload } from "./workload.ts";

/** What an asynchronous loop works with. The lanes determine the operations and what they run on. */
export interface AsyncLoopParts extends Omit<LoopParts, "backend" | "workload"> {
  /** One for each operation that may be in flight. */
  readonly lanes: readonly Lane[];
  readonly abort: Abort;
}

/**
 * Room for one operation in flight, with its own buffers. Lanes may share a workload, because each copies the operation
 * it takes. A lane's operations run one after another.
 */
export class Lane {
  readonly backend: AsynchronousOperations;
  readonly workload: Workload;
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  readonly out: PaddedBytes;
  kind = READ;
  #scanLength = 0;

  constructor(parts: { backend: AsynchronousOperations; workload: Workload }) {
    const { backend, workload } = parts;
    this.backend = backend;
    this.workload = workload;
    this.key = new PaddedBytes(workload.key.bytes.length);
    this.value = new PaddedBytes(workload.value.bytes.length);
    this.out = new PaddedBytes(workload.value.bytes.length);
  }

  /** @throws {RecordsUsedUpError} when the workload has no further operation */
  takeNext(): void {
    const { workload } = this;
    workload.next();
    this.kind = workload.kind;
    copyWords(workload.key, this.key);
    if (this.kind !== READ && this.kind < DELETE) copyWords(workload.value, this.value);
    this.#scanLength = workload.scanLength ?? 0;
  }

  /** Does the operation taken last, and counts a read that finds its key and the records that a scan finds. */
  async operate(counts: Float64Array): Promise<void> {
    const { backend, kind, key } = this;
    if ((kind === READ || kind === READ_MODIFY_WRITE) && await backend.get(key, this.out)) counts[HITS]!++;
    if (kind === DELETE) {
      await backend.delete(key);
    } else if (kind > DELETE) {
      // The connection of a load that scans does.
      const found = await backend.scan!(key, this.#scanLength, this.out);
      counts[SCANNED]! += found;
    } else if (kind !== READ) {
      await backend.put(key, this.value);
    }
  }
}

function copyWords(from: PaddedBytes, to: PaddedBytes): void {
  to.copy(from.bytes, 0, from.length);
}

/** The closed loop: in each lane, an operation begins when the one before has ended and the pattern has waited. */
export function runClosedAsyncLoop(parts: AsyncLoopParts, pattern: Pattern): Promise<void> {
  return new ClosedLoop(parts, pattern).run();
}

/**
 * The open loop: each operation has an intended start, from which its latency counts. It begins then if a lane is free,
 * otherwise as soon as one is.
 */
export function runOpenAsyncLoop(parts: AsyncLoopParts, schedule: Schedule): Promise<void> {
  return new OpenLoop(parts, schedule).run();
}

/** A lane of a replay; with a schedule in an open loop. */
interface ReplayLane {
  readonly lane: Lane;
  readonly workload: ReplayWorkload;
  readonly schedule?: TraceSchedule | undefined;
}

/**
 * The loop of a replay, until the part of the load is over, or the trace is. Each lane has its own share of the keys,
 * so that the operations on a key do not overtake each other.
 */
export function runReplayLoop(parts: AsyncLoopParts, lanes: readonly ReplayLane[]): Promise<void> {
  return new ReplayLoop(parts, lanes).run();
}

/** What the loops share: when they end, and how operations are counted. */
abstract class AsyncLoop {
  protected readonly parts: AsyncLoopParts;
  /** Operations that may still begin. */
  protected left: number;
  /** Operations in flight. */
  protected underWay = 0;
  #untilSample: number;
  /** Operations that have ended. */
  #ended = 0;
  #isOver = false;
  /**
   * Until when each lane waits, or what else waits in its place, in milliseconds of `performance.now()`: Infinity once
   * it is over, NaN while it does not wait for a time.
   */
  readonly #waits: Float64Array<ArrayBuffer>;
  /** The first error thrown by an operation, or by choosing one. */
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: AsyncLoopParts, waiters: number = parts.lanes.length) {
    this.parts = parts;
    this.left = parts.opsMax;
    this.#untilSample = parts.latencySample;
    this.#waits = new Float64Array(waiters).fill(NaN);
    // Not first in the middle of the load.
    loadSetImmediate();
  }

  /** @throws whatever an operation has thrown; {@linkcode AbortError} when the run has failed elsewhere */
  async run(): Promise<void> {
    const watch = new StallWatch({
      abort: this.parts.abort,
      inFlight: () => this.underWay,
      ended: () => this.#ended,
      isOver: () => !this.isGoingOn,
    });
    await watch.over(this.begin());
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Begins operations until the loop is over; resolves when all of them have ended. */
  protected abstract begin(): Promise<void>;

  /** Whether another operation may begin. */
  protected get isGoingOn(): boolean {
    const { phase, during, endsAtMs } = this.parts;
    if (this.left <= 0 || phase.words[Phase.INDEX] !== during || performance.now() >= endsAtMs) this.#isOver = true;
    return !this.#isOver;
  }

  /** Begins a lane's next operation; resolves when it has ended and its outcome has been recorded. */
  protected async operate(lane: Lane, intendedMs?: number): Promise<void> {
    const { meter } = this.parts;
    this.left--;
    this.underWay++;
    try {
      lane.takeNext();
      const { kind } = lane;
      const isTimed = --this.#untilSample === 0;
      if (!isTimed) {
        await lane.operate(meter.counts);
      } else {
        this.#untilSample = this.parts.latencySample;
        const startedAtMs = performance.now();
        await lane.operate(meter.counts);
        const endedAtMs = performance.now();
        meter.countLatency(kind, endedAtMs - (intendedMs ?? startedAtMs));
        if (intendedMs !== undefined) meter.countUncorrectedLatency(kind, endedAtMs - startedAtMs);
      }
      meter.counts[kind]!++;
    } catch (error) {
      this.#failure ??= { error };
      this.#isOver = true;
    } finally {
      this.underWay--;
      this.#ended++;
    }
  }

  /**
   * Waits until the given time, in milliseconds of `performance.now()`, or until the phase is over.
   *
   * @param waiter the lane's index, if lanes wait
   */
  protected async waitUntil(untilMs: number, waiter = 0): Promise<void> {
    const { phase, during } = this.parts;
    this.#waits[waiter] = untilMs;
    for (let nowMs = performance.now(); nowMs < untilMs && this.isGoingOn; nowMs = performance.now()) {
      const earliestMs = this.underWay === 0 ? earliestOf(this.#waits) : NaN;
      const restMs = untilMs - nowMs;
      // Nothing can happen before the first of them is due, and the event loop's timers are too coarse.
      if (earliestMs > nowMs) Atomics.wait(phase.words, Phase.INDEX, during, earliestMs - nowMs);
      else if (restMs > TIMER_MS) await Atomics.waitAsync(phase.words, Phase.INDEX, during, restMs - TIMER_MS).value;
      if (earliestMs !== untilMs) await turn();
    }
    this.#waits[waiter] = NaN;
  }

  /** Says that a lane waits no more, as it is over. */
  protected leave(lane: number): void {
    this.#waits[lane] = Infinity;
  }
}

/** The earliest of some times; NaN if any of them is. With many lanes, to spread them as arguments would take long. */
function earliestOf(times: Float64Array): number {
  let earliest = Infinity;
  for (let i = 0; i < times.length; i++) earliest = Math.min(earliest, times[i]!);
  return earliest;
}

/** How late the event loop's timers may fire, in milliseconds. */
const TIMER_MS = 3;

class ClosedLoop extends AsyncLoop {
  readonly #pattern: Pattern;

  constructor(parts: AsyncLoopParts, pattern: Pattern) {
    super(parts);
    this.#pattern = pattern;
  }

  protected override async begin(): Promise<void> {
    await Promise.all(this.parts.lanes.map((lane, index) => this.#run(lane, index)));
  }

  async #run(lane: Lane, index: number): Promise<void> {
    const pattern = this.#pattern;
    while (this.isGoingOn) {
      await this.operate(lane);
      const waitUs = pattern.nextWaitUs();
      if (waitUs === 0) continue;
      const startedAtMs = performance.now();
      await this.waitUntil(startedAtMs + waitUs / 1000, index);
      pattern.count(waitUs, performance.now() - startedAtMs);
    }
    this.leave(index);
  }
}

class OpenLoop extends AsyncLoop {
  readonly #schedule: Schedule;
  readonly #free: Lane[];
  /** Called when a lane becomes free, if something waits for one. */
  #onFree: (() => void) | undefined;

  constructor(parts: AsyncLoopParts, schedule: Schedule) {
    super(parts, 1);
    this.#schedule = schedule;
    this.#free = [...parts.lanes];
  }

  protected override async begin(): Promise<void> {
    const schedule = this.#schedule;
    const { endsAtMs, meter: { counts }, lanes } = this.parts;
    let begun = 0;
    for (; this.isGoingOn; begun++) {
      const intendedMs = schedule.intendedMs(begun);
      if (intendedMs >= endsAtMs) {
        await this.waitUntil(endsAtMs);
        break;
      }
      const isLate = performance.now() >= intendedMs;
      if (!isLate) await this.waitUntil(intendedMs);
      if (!this.isGoingOn) break;
      if ((isLate && begun > 0) || this.#free.length === 0) counts[MISSED_STARTS]!++;
      const lane = await this.#freeLane();
      if (!this.isGoingOn) {
        this.#free.push(lane);
        break;
      }
      void this.operate(lane, intendedMs).then(() => this.#release(lane));
    }
    countNeverBegun(this.parts, schedule, begun);
    while (this.#free.length < lanes.length) await new Promise<void>((resolve) => this.#onFree = resolve);
  }

  async #freeLane(): Promise<Lane> {
    for (;;) {
      const lane = this.#free.pop();
      if (lane !== undefined) return lane;
      await new Promise<void>((resolve) => this.#onFree = resolve);
    }
  }

  #release(lane: Lane): void {
    this.#free.push(lane);
    this.#onFree?.();
  }
}

class ReplayLoop extends AsyncLoop {
  readonly #lanes: readonly ReplayLane[];

  constructor(parts: AsyncLoopParts, lanes: readonly ReplayLane[]) {
    super(parts);
    this.#lanes = lanes;
  }

  protected override async begin(): Promise<void> {
    await Promise.all(this.#lanes.map((replay, index) => this.#run(replay, index)));
  }

  async #run({ lane, workload: { ring }, schedule }: ReplayLane, index: number): Promise<void> {
    let begun = 0;
    for (; this.isGoingOn && await ring.reachesNext() && this.isGoingOn; begun++) {
      if (schedule === undefined) {
        await this.operate(lane);
      } else if (!await this.#operateAt(lane, schedule.nextMs, { index, isFirst: begun === 0 })) {
        break;
      }
    }
    this.leave(index);
    if (schedule !== undefined) countNeverBegun(this.parts, schedule, begun);
  }

  /** Does a lane's next operation when it is due; false if the loop is over before that. */
  async #operateAt(
    lane: Lane,
    intendedMs: number,
    { index, isFirst }: { readonly index: number; readonly isFirst: boolean },
  ): Promise<boolean> {
    const { endsAtMs, meter: { counts } } = this.parts;
    if (performance.now() < intendedMs) await this.waitUntil(Math.min(intendedMs, endsAtMs), index);
    else if (!isFirst) counts[MISSED_STARTS]!++;
    if (intendedMs >= endsAtMs || performance.now() < intendedMs || !this.isGoingOn) return false;
    await this.operate(lane, intendedMs);
    return true;
  }
}
