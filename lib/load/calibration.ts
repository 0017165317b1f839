/**
 * Measures how late an idle thread wakes, which is what an open loop's latencies owe to the system's timers.
 *
 * @module
 */
import { type BucketCounts, countDuration } from "../metrics/histogram.ts";
import { CALIBRATING, type Phase } from "../sync/phase.ts";
import { sleepUntil } from "./load_loop.ts";

const CALIBRATION_MS = 250;
/** However slow the rate is, the calibration sleeps some fifty times; however fast it is, it does sleep. */
const PERIOD_MS_MAX = 5;
const PERIOD_MS_MIN = 0.1;

/**
 * An open loop without operations: sleeps from one intended start to the next, and counts how late it wakes, until the
 * calibration's time is over or the run is in another phase.
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
