/**
 * Tests of the calibration: it sleeps on a schedule, notes how late it wakes, and ends with its phase.
 *
 * @module
 */
import { assertEquals, assertGreater, assertLess, assertLessOrEqual } from "@std/assert";
import { calibrate } from "../../lib/load/load_loop.ts";
import { hdrOf } from "../../lib/metrics/hdr.ts";
import { createBuckets } from "../../lib/metrics/histogram.ts";
import { CALIBRATING, Phase, STOPPING } from "../../lib/sync/phase.ts";

Deno.test("calibrate() counts a lateness above none for each sleep of its schedule", () => {
  const phase = Phase.create();
  phase.advance(CALIBRATING);
  const timerLate = createBuckets();
  const startedAtMs = performance.now();
  calibrate({ phase, periodMs: 5, timerLate });
  const tookMs = performance.now() - startedAtMs;
  const hdr = hdrOf([timerLate]);
  assertGreater(hdr.totalCount, 40);
  assertLessOrEqual(hdr.totalCount, 50);
  assertGreater(hdr.getValueAtPercentile(50), 0);
  assertLessOrEqual(hdr.maxValue / 1e6, tookMs);
});

Deno.test("calibrate() sleeps often enough even at a slow rate, and not at all in another phase", () => {
  const phase = Phase.create();
  phase.advance(CALIBRATING);
  const slow = createBuckets();
  calibrate({ phase, periodMs: 3_600_000, timerLate: slow });
  assertGreater(hdrOf([slow]).totalCount, 40);

  phase.advance(STOPPING);
  const none = createBuckets();
  const startedAtMs = performance.now();
  calibrate({ phase, periodMs: 5, timerLate: none });
  assertEquals(hdrOf([none]).totalCount, 0);
  assertLess(performance.now() - startedAtMs, 1_000);
});
