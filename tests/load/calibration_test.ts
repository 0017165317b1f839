/**
 * Tests of the calibration: it sleeps on a schedule, notes how late it wakes, and ends with its phase.
 *
 * @module
 */
import { assertEquals, assertGreater, assertLess, assertLessOrEqual } from "@std/assert";
import { calibrate } from "../../lib/load/load_loop.ts";
import { summarize } from "../../lib/metrics/summaries.ts";
import { createBuckets } from "../../lib/metrics/histogram.ts";
import { CALIBRATING, Phase, STOPPING } from "../../lib/sync/phase.ts";

Deno.test("calibrate() counts a lateness above none for each sleep of its schedule", () => {
  const phase = Phase.create();
  phase.advance(CALIBRATING);
  const timerLate = createBuckets();
  const startedAtMs = performance.now();
  calibrate({ phase, periodMs: 5, timerLate });
  const tookMs = performance.now() - startedAtMs;
  const { count, p50, max } = summarize([timerLate])!;
  assertGreater(count, 40);
  assertLessOrEqual(count, 50);
  assertGreater(p50, 0);
  assertLessOrEqual(max / 1e6, tookMs);
});

Deno.test("calibrate() sleeps often enough even at a slow rate, and not at all in another phase", () => {
  const phase = Phase.create();
  phase.advance(CALIBRATING);
  const slow = createBuckets();
  calibrate({ phase, periodMs: 3_600_000, timerLate: slow });
  assertGreater(summarize([slow])!.count, 40);

  phase.advance(STOPPING);
  const none = createBuckets();
  const startedAtMs = performance.now();
  calibrate({ phase, periodMs: 5, timerLate: none });
  assertEquals(summarize([none]), undefined);
  assertLess(performance.now() - startedAtMs, 1_000);
});
