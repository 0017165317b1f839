/**
 * Measures how late an idle thread wakes: the part of an open loop's latencies that is due to the system's timers.
 *
 * @module
 */
import { type BucketCounts, countDuration } from "../metrics/histogram.ts";
import { CALIBRATING, type Phase } from "../sync/phase.ts";
import { sleepUntil } from "./load_loop.ts";

const CALIBRATION_MS = 250;
/** Bounds the sleeps: some fifty of them even at a slow rate, and at least some at a fast one. */
const PERIOD_MS_MAX = 5;
const PERIOD_MS_MIN = 0.1;

/**
 * An open loop without operations: sleeps from one intended start to the next, and records how late it wakes, until the
 * calibration's time is up or the run enters another phase.
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
