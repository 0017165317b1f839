/**
 * Tests of the doorbell: a ring ends the sleep that it comes before, and the turn after it is answered.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual, assertLess, assertThrows } from "@std/assert";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { Doorbell } from "../../lib/sync/doorbell.ts";

const LONG_MS = 60_000;

Deno.test("Doorbell.sleep() returns at once when somebody has rung since the rings were read", () => {
  const doorbell = Doorbell.create(Abort.create({ tickMs: LONG_MS }));
  const { rings } = doorbell;
  Doorbell.attach(structuredClone(doorbell.handle())).ring();
  const startedAtMs = performance.now();
  doorbell.sleep(rings, LONG_MS);
  assertLess(performance.now() - startedAtMs, LONG_MS / 2);
});

Deno.test("Doorbell.sleep() lasts as long as it is told, and no longer than a tick", () => {
  const doorbell = Doorbell.create(Abort.create({ tickMs: 20 }));
  for (const [timeoutMs, leastMs] of [[5, 4], [LONG_MS, 19]] as const) {
    const startedAtMs = performance.now();
    doorbell.sleep(doorbell.rings, timeoutMs);
    assertGreaterOrEqual(performance.now() - startedAtMs, leastMs);
    assertLess(performance.now() - startedAtMs, LONG_MS / 2);
  }
});

Deno.test("Doorbell.ringAndWait() rings, and throws when the run has failed", () => {
  const abort = Abort.create({ tickMs: 5 });
  const doorbell = Doorbell.create(abort);
  const { rings } = doorbell;
  doorbell.ringAndWait();
  assertEquals(doorbell.rings, rings + 1);
  abort.raise();
  assertThrows(() => doorbell.ringAndWait(), AbortError);
  assertThrows(() => doorbell.sleep(doorbell.rings, 1), AbortError);
});
