/**
 * Tests of the phase: workers start together, stop when told, and never wait for a run that has failed.
 *
 * @module
 */
import { assertEquals, assertFalse, assertLess } from "@std/assert";
import { Abort } from "../../lib/sync/abort.ts";
import { DRAINING, ENDED, Phase, PRELOADING, PREPARING, RUNNING, STOPPING } from "../../lib/sync/phase.ts";
import { NO_TICK_MS, runCrew, until } from "./crew.ts";
import type { PhaseConfig, PhaseResult } from "./phase_worker.ts";

const WORKERS = 8;

function spawn(): Worker {
  return new Worker(new URL("./phase_worker.ts", import.meta.url), { type: "module" });
}

/** Eight workers, and the main thread meanwhile. */
async function run(
  tickMs: number,
  meanwhile: (phase: Phase, abort: Abort, written: Int32Array<SharedArrayBuffer>) => Promise<void>,
  arrivals = 1,
): Promise<PhaseResult[]> {
  const phase = Phase.create();
  const abort = Abort.create({ tickMs });
  const written = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const config: PhaseConfig = { phase: phase.handle(), abort: abort.handle(), written, arrivals };
  return await runCrew<PhaseConfig, PhaseResult>(spawn, Array(WORKERS).fill(config), {
    abort,
    words: phase.words,
    meanwhile: () => meanwhile(phase, abort, written),
  });
}

Deno.test("Phase.waitFor() lets 8 workers on when the main thread advances, and none before", async () => {
  const results = await run(NO_TICK_MS, async (phase, abort, written) => {
    await phase.arrivals(WORKERS, abort);
    written[0] = 1;
    phase.advance(RUNNING);
    await phase.arrivals(2 * WORKERS, abort);
    written[0] = 2;
    phase.advance(STOPPING);
    await phase.arrivals(3 * WORKERS, abort);
  });
  const expected: PhaseResult = { phases: [PREPARING, RUNNING, STOPPING], written: [1, 2], aborted: false };
  assertEquals(results, Array(WORKERS).fill(expected));
});

Deno.test("Phase.arrive() loses no arrival when 8 workers arrive at once, again and again", async () => {
  const arrivals = 1_000;
  await run(NO_TICK_MS, async (phase, abort) => {
    for (const [i, next] of [RUNNING, STOPPING, DRAINING].entries()) {
      await phase.arrivals((i + 1) * WORKERS * arrivals, abort);
      phase.advance(next);
    }
  }, arrivals);
});

Deno.test("Phase.waitFor() throws AbortError in every worker when the run fails", async () => {
  let raisedMs = NaN;
  const results = await run(20, async (phase, abort) => {
    await phase.arrivals(WORKERS, abort);
    abort.raise();
    raisedMs = performance.now();
  });
  assertLess(performance.now() - raisedMs, 5_000);
  assertEquals(results, Array(WORKERS).fill({ phases: [PREPARING], written: [], aborted: true }));
});

Deno.test("Phase.waitFor() returns at once when the phase is reached or passed, even in a failed run", () => {
  const phase = Phase.create();
  const abort = Abort.create({ tickMs: NO_TICK_MS });
  abort.raise();
  phase.waitFor(PREPARING, abort);
  phase.advance(STOPPING);
  phase.waitFor(RUNNING, abort);
  phase.waitFor(STOPPING, abort);
});

Deno.test("Phase.arrivals() resolves when the run fails before all have arrived", async () => {
  const phase = Phase.create();
  const abort = Abort.create({ tickMs: 5 });
  phase.arrive();
  let resolved = false;
  phase.arrivals(2, abort).then(() => resolved = true);
  assertFalse(resolved);
  abort.raise();
  // Its timer also keeps the event loop alive, as workers do in a run; the wait alone would not.
  await until(() => resolved);
});

Deno.test("Phase.arrivals() resolves at once when as many or more have arrived", async () => {
  const phase = Phase.create();
  const abort = Abort.create({ tickMs: NO_TICK_MS });
  await phase.arrivals(0, abort);
  phase.arrive();
  phase.arrive();
  await phase.arrivals(1, abort);
  await phase.arrivals(2, abort);
});

Deno.test("Phase.advance() skips phases and never goes back", () => {
  const phase = Phase.create();
  const attached = Phase.attach(structuredClone(phase.handle()));
  assertEquals(attached.current, PREPARING);
  for (
    const [to, current] of [[RUNNING, RUNNING], [PREPARING, RUNNING], [DRAINING, DRAINING], [
      STOPPING,
      DRAINING,
    ]] as const
  ) {
    phase.advance(to);
    assertEquals(attached.current, current);
    assertEquals(attached.words[Phase.INDEX], current);
  }
});

Deno.test("Phase.stop() ends the load at once, and neither it nor advance() ever goes back", () => {
  const phase = Phase.create();
  phase.advance(RUNNING);
  phase.stop();
  assertEquals(phase.current, STOPPING);
  phase.advance(STOPPING);
  phase.advance(DRAINING);
  phase.stop();
  assertEquals(phase.current, DRAINING);
});

Deno.test("Phase.end() moves on when the last load worker has ended, from wherever the load was", () => {
  for (const from of [RUNNING, STOPPING]) {
    const phase = Phase.create();
    phase.advance(from);
    phase.end(2);
    assertEquals(phase.current, from);
    Phase.attach(phase.handle()).end(2);
    assertEquals(phase.current, ENDED);
  }
});

Deno.test("Phase.beganAtMs() keeps each phase's begin, and that of those passed over", () => {
  const phase = Phase.create();
  const before = performance.now();
  phase.advance(RUNNING);
  const running = phase.beganAtMs(RUNNING);
  assertLess(Math.abs(running - before), 1_000);
  assertEquals(phase.beganAtMs(PRELOADING), running);
  phase.stop();
  phase.advance(DRAINING);
  assertEquals(phase.beganAtMs(RUNNING), running);
});
