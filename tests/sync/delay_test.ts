/**
 * Tests of delays.
 *
 * @module
 */
import { assertGreaterOrEqual, assertLess } from "@std/assert";
import { delay } from "../../lib/sync/delay.ts";

const LONG_MS = 600_000;

Deno.test("delay() resolves after its time, or as soon as it is told to stop, and then leaves no timer", async () => {
  const startedAtMs = performance.now();
  await delay(5, new AbortController().signal);
  assertGreaterOrEqual(performance.now() - startedAtMs, 4);
  const stop = new AbortController();
  const waiting = delay(LONG_MS, stop.signal);
  stop.abort();
  await waiting;
  await delay(LONG_MS, stop.signal);
  assertLess(performance.now() - startedAtMs, LONG_MS / 10);
});
