/**
 * The synchronous load loops, closed and open; and the open one without operations, which tells how late a thread
 * wakes.
 *
 * @module
 */
import type { SynchronousOperations } from "../engine/connection.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { CALIBRATING, Phase } from "../sync/phase.ts";
import {
  HITS as METER_HITS,
  MISSED_STARTS as METER_MISSED_STARTS,
  NEVER_BEGUN,
  SCANNED,
  type ThreadMeter,
} from "./load_meter.ts";
import {
  DELETE as OPERATION_DELETE,
  READ as OPERATION_READ,
  READ_MODIFY_WRITE as OPERATION_READ_MODIFY_WRITE,
} from "./operation.ts";
import type { Pattern } from "./pattern.ts";
import type { Workload } from "./workload.ts";
import { type BucketCounts, countDuration } from "../metrics/histogram.ts";

/** What a load loop works with. */
export interface LoopParts {
  readonly backend: SynchronousOperations;
  readonly workload: Workload;
  readonly phase: Phase;
  /** The loop runs for as long as the run is in this phase. */
  readonly during: number;
  /** When the loop ends in any case, in milliseconds of `performance.now()`; Infinity for never. */
  readonly endsAtMs: number;
  /** The number of operations after which the loop ends in any case; Infinity for no limit. */
  readonly opsMax: number;
  /** One operation in this many is timed; at most {@linkcode SAMPLE_NEVER}. */
  readonly latencySample: number;
  readonly meter: ThreadMeter;
}

/**
 * Operations between two looks at the clock: few at first, while the code is still interpreted, then enough that
 * looking costs nothing.
 */
const OPS_BETWEEN_LOOKS_MIN = 8;
const OPS_BETWEEN_LOOKS_MAX = 1024;

/** For {@linkcode LoopParts.latencySample}: so rare that it costs nothing; the results are ignored. */
export const SAMPLE_NEVER = 2 ** 30;

/*
 * What gets and puts do to a backend stands in each loop, as in the lane of `async_loop.ts`: in a function that the
 * loops share, V8 has no room left to inline the put, which cost 11% in memory and 13% in logs with a million keys.
 */

/** Module-level constants: V8 folds these, but not imported ones. */
const PHASE_INDEX = Phase.INDEX;
const HITS = METER_HITS;
const MISSED_STARTS = METER_MISSED_STARTS;
const READ = OPERATION_READ;
const READ_MODIFY_WRITE = OPERATION_READ_MODIFY_WRITE;
const DELETE = OPERATION_DELETE;

/**
 * The closed loop: each operation begins when the one before has ended and the pattern has waited. Between two timed
 * operations runs a loop that knows nothing of timing.
 */
export function runClosedLoop(parts: LoopParts, pattern: Pick<Pattern, "pause">): void {
  const { workload, opsMax, latencySample, phase, during, endsAtMs } = parts;
  const out = new PaddedBytes(workload.value.length);
  let untilSample = latencySample;
  let nowMs = performance.now();
  let lookAfter = OPS_BETWEEN_LOOKS_MIN;
  for (let left = opsMax; left > 0 && nowMs < endsAtMs;) {
    const count = Math.min(untilSample - 1, left, lookAfter);
    lookAfter = Math.min(2 * lookAfter, OPS_BETWEEN_LOOKS_MAX);
    const done = runUntimed(parts, pattern, { count, out });
    left -= done;
    untilSample -= done;
    if (untilSample > 1) nowMs = performance.now();
    if (left === 0 || phase.words[PHASE_INDEX] !== during) return;
    if (untilSample > 1) continue;
    workload.next();
    nowMs = timeOperation(parts, out);
    left--;
    untilSample = latencySample;
    pattern.pause();
  }
}

/**
 * Runs up to `count` operations and returns how many it ran. Each call site here sees one class per worker, so V8
 * inlines the calls; timing is kept out because it would use up V8's inlining budget.
 *
 * The phase is read plainly rather than by `Atomics.load`, which costs a call: the loop's own atomic operations and
 * calls make V8 read it anew on each iteration.
 */
function runUntimed(
  { backend, workload, phase, during, meter: { counts } }: LoopParts,
  pattern: Pick<Pattern, "pause">,
  { count, out }: { count: number; out: PaddedBytes },
): number {
  const phaseWords = phase.words;
  for (let done = 0; done < count; done++) {
    if (phaseWords[PHASE_INDEX] !== during) return done;
    workload.next();
    const kind = workload.kind;
    if ((kind === READ || kind === READ_MODIFY_WRITE) && backend.get(workload.key, out)) counts[HITS]!++;
    if (kind >= DELETE) deleteOrScan(backend, workload, counts, out);
    else if (kind !== READ) backend.put(workload.key, workload.value);
    counts[kind]!++;
    pattern.pause();
  }
  return count;
}

/** Does an operation that neither gets nor puts. The connection of a load that scans does. */
function deleteOrScan(
  backend: SynchronousOperations,
  { kind, key, scanLength = 0 }: Workload,
  counts: Float64Array,
  out: PaddedBytes,
): void {
  if (kind === DELETE) backend.delete(key);
  else counts[SCANNED]! += backend.scan!(key, scanLength, out);
}

/** Does the operation at hand, counts how long it takes, and returns when it ended. */
function timeOperation({ backend, workload, meter }: LoopParts, out: PaddedBytes): number {
  const kind = workload.kind;
  const startedAtMs = performance.now();
  if ((kind === READ || kind === READ_MODIFY_WRITE) && backend.get(workload.key, out)) meter.counts[HITS]!++;
  if (kind >= DELETE) deleteOrScan(backend, workload, meter.counts, out);
  else if (kind !== READ) backend.put(workload.key, workload.value);
  const endedAtMs = performance.now();
  meter.countLatency(kind, endedAtMs - startedAtMs);
  meter.counts[kind]!++;
  return endedAtMs;
}

/** When the operations of an open loop are meant to begin. */
export interface Schedule {
  /**
   * When the next operation is meant to begin, in milliseconds of `performance.now()`; Infinity if there is none.
   *
   * @param begun how many have begun before it
   */
  intendedMs(begun: number): number;
  /** How many operations were due before the given time, of which so many have begun. */
  dueBefore(untilMs: number, begun: number): number;
}

/** A schedule in which one operation is due at `firstMs`, and then one every `periodMs`. */
export class RateSchedule implements Schedule {
  readonly #firstMs: number;
  readonly #periodMs: number;

  /** @param options.firstMs in milliseconds of `performance.now()` */
  constructor({ firstMs, periodMs }: { firstMs: number; periodMs: number }) {
    this.#firstMs = firstMs;
    this.#periodMs = periodMs;
  }

  intendedMs(begun: number): number {
    return this.#firstMs + begun * this.#periodMs;
  }

  dueBefore(untilMs: number): number {
    return Math.ceil((untilMs - this.#firstMs) / this.#periodMs);
  }
}

/**
 * The open loop: each operation has an intended start, whether or not the one before has ended, and its latency counts
 * from there. So a stall counts against every operation that it delayed, not only the one that it hit. This avoids what
 * Gil Tene calls coordinated omission.
 */
export function runOpenLoop(parts: LoopParts, schedule: Schedule): void {
  const begun = runDueOperations(parts, schedule);
  countNeverBegun(parts, schedule, begun);
}

/** Returns how many operations began. */
function runDueOperations(parts: LoopParts, schedule: Schedule): number {
  const { backend, workload, phase, during, opsMax, endsAtMs, latencySample, meter } = parts;
  const phaseWords = phase.words;
  const { counts } = meter;
  const out = new PaddedBytes(workload.value.length);
  let untilSample = latencySample;
  let done = 0;
  for (; done < opsMax && phaseWords[PHASE_INDEX] === during; done++) {
    const intendedMs = schedule.intendedMs(done);
    if (intendedMs === Infinity) return done;
    if (intendedMs >= endsAtMs) {
      // The time without an operation counts too: the load lasts as long as it was to, however few begin in it.
      sleepUntil(endsAtMs, phase, during);
      return done;
    }
    workload.next();
    const kind = workload.kind;
    let startedAtMs = performance.now();
    if (startedAtMs >= endsAtMs) return done;
    if (startedAtMs >= intendedMs) {
      if (done > 0) counts[MISSED_STARTS]!++;
    } else {
      startedAtMs = sleepUntil(intendedMs, phase, during);
      if (startedAtMs < intendedMs) return done;
    }
    if ((kind === READ || kind === READ_MODIFY_WRITE) && backend.get(workload.key, out)) counts[HITS]!++;
    if (kind >= DELETE) deleteOrScan(backend, workload, counts, out);
    else if (kind !== READ) backend.put(workload.key, workload.value);
    untilSample--;
    if (untilSample === 0) {
      const endedAtMs = performance.now();
      meter.countLatency(kind, endedAtMs - intendedMs);
      meter.countUncorrectedLatency(kind, endedAtMs - startedAtMs);
      untilSample = latencySample;
    }
    counts[kind]!++;
  }
  return done;
}

/**
 * Counts the operations that were due before an open loop ended, by its time or because it was told to, and had no turn
 * any more: as nobody waits for them, no latency shows them.
 */
export function countNeverBegun(
  { meter: { counts }, opsMax, endsAtMs }: Pick<LoopParts, "meter" | "opsMax" | "endsAtMs">,
  schedule: Schedule,
  begun: number,
): void {
  const endedAtMs = Math.min(performance.now(), endsAtMs);
  const due = Math.min(opsMax, schedule.dueBefore(endedAtMs, begun));
  counts[NEVER_BEGUN]! += Math.max(0, due - begun);
}

/**
 * Sleeps until the given time, in milliseconds of `performance.now()`. Returns the time afterwards, which is earlier if
 * the phase ended.
 */
function sleepUntil(untilMs: number, phase: Phase, during: number): number {
  let nowMs = performance.now();
  while (nowMs < untilMs && phase.words[PHASE_INDEX] === during) {
    Atomics.wait(phase.words, PHASE_INDEX, during, untilMs - nowMs);
    nowMs = performance.now();
  }
  return nowMs;
}

const CALIBRATION_MS = 250;
/** Bounds the sleeps: some fifty of them even at a slow rate, and at least some at a fast one. */
const PERIOD_MS_MAX = 5;
const PERIOD_MS_MIN = 0.1;

/**
 * An open loop without operations, which measures the part of its latencies that is due to the system's timers: sleeps
 * from one intended start to the next, and records how late it wakes, until the calibration's time is up or the run
 * enters another phase.
 */
export function calibrate(
  { phase, periodMs, timerLate }: { phase: Phase; periodMs: number; timerLate: BucketCounts },
): void {
  const startedAtMs = performance.now();
  const stepMs = Math.min(Math.max(periodMs, PERIOD_MS_MIN), PERIOD_MS_MAX);
  for (let step = 1; step * stepMs < CALIBRATION_MS && phase.current === CALIBRATING; step++) {
    const intendedMs = startedAtMs + step * stepMs;
    const wokeAtMs = sleepUntil(intendedMs, phase, CALIBRATING);
    if (wokeAtMs >= intendedMs) countDuration(timerLate, wokeAtMs - intendedMs);
  }
}
