/**
 * Tests of the load loops: what they do, count and time, and that an open loop's latencies count from intended starts.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertGreaterOrEqual, assertLess } from "@std/assert";
import type { SynchronousOperations } from "../../lib/engine/connection.ts";
import { type LoopParts, RateSchedule, runClosedLoop, runOpenLoop, SAMPLE_NEVER } from "../../lib/load/load_loop.ts";
import { HITS, LoadMeter, MISSED_STARTS, NEVER_BEGUN, SCANNED } from "../../lib/load/load_meter.ts";
import { OPERATION_KINDS, READ, READ_MODIFY_WRITE } from "../../lib/load/operation.ts";
import type { Pattern } from "../../lib/load/pattern.ts";
import type { Workload } from "../../lib/load/workload.ts";
import { summarize } from "../../lib/metrics/summaries.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Phase, RUNNING, STOPPING } from "../../lib/sync/phase.ts";
import { FakeTime } from "../run/fake_time.ts";

/** Goes through the kinds of operations, again and again. */
class EachKind implements Workload {
  readonly key = PaddedBytes.of("key");
  readonly value = PaddedBytes.of("value");
  readonly scanLength = 9;
  kind = OPERATION_KINDS - 1;

  next(): void {
    this.kind = (this.kind + 1) % OPERATION_KINDS;
  }
}

/** Notes what it is asked for. */
class NotingBackend implements SynchronousOperations {
  readonly calls: string[] = [];
  /** Told before each call how many came before it. */
  before: (calls: number) => void = () => {};

  put(): void {
    this.before(this.calls.length);
    this.calls.push("put");
  }

  get(): boolean {
    this.before(this.calls.length);
    this.calls.push("get");
    return this.calls.length % 2 === 1;
  }

  delete(key: PaddedBytes): void {
    this.before(this.calls.length);
    this.calls.push(`delete ${key}`);
  }

  scan(key: PaddedBytes, count: number): number {
    this.before(this.calls.length);
    this.calls.push(`scan ${key} ${count}`);
    return 7;
  }
}

const NO_WAIT: Pick<Pattern, "pause"> = { pause: () => {} };

function loop(options: Partial<LoopParts> = {}) {
  const phase = Phase.create();
  phase.advance(RUNNING);
  const meter = LoadMeter.create(1).thread(0);
  const backend = new NotingBackend();
  const workload = new EachKind();
  const parts: LoopParts = {
    backend,
    workload,
    phase,
    during: RUNNING,
    endsAtMs: Infinity,
    opsMax: Infinity,
    latencySample: SAMPLE_NEVER,
    meter,
    ...options,
  };
  const latencies = () => meter.latencies.map((counts) => summarize([counts])?.count ?? 0);
  return { parts, phase, meter, backend, latencies };
}

function busyFor(durationMs: number): void {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs);
}

for (const latencySample of [SAMPLE_NEVER, 1]) {
  for (const isOpen of [false, true]) {
    const name = `run${isOpen ? "Open" : "Closed"}Loop()${latencySample === 1 ? ", timing all," : ""}`;
    Deno.test(`${name} gets, puts, deletes and scans, and for a read-modify-write gets and puts`, () => {
      const { parts, backend, meter } = loop({ opsMax: 12, latencySample });
      if (isOpen) runOpenLoop(parts, new RateSchedule({ firstMs: performance.now(), periodMs: 0 }));
      else runClosedLoop(parts, NO_WAIT);
      const once = ["get", "put", "put", "get", "put", "delete key", "scan key 9"];
      assertEquals(backend.calls, [...once, ...once]);
      assertEquals(Array.from({ length: OPERATION_KINDS }, (_, kind) => meter.counts[kind]), [2, 2, 2, 2, 2, 2]);
      // Calls 1, 4, 8 and 11 are gets, of which those with an odd number find their key.
      assertEquals([meter.counts[HITS], meter.counts[SCANNED]], [2, 14]);
    });
  }
}

Deno.test("runClosedLoop() ends when the phase does, after the operation at hand", () => {
  const { parts, phase, backend } = loop();
  backend.before = (calls) => {
    if (calls === 100) phase.advance(STOPPING);
  };
  runClosedLoop(parts, NO_WAIT);
  assertEquals(backend.calls.length, 101);
  runClosedLoop(parts, NO_WAIT);
  assertEquals(backend.calls.length, 101);
});

Deno.test("runClosedLoop() pauses after each operation", () => {
  const { parts } = loop({ opsMax: 7 });
  let pauses = 0;
  runClosedLoop(parts, { pause: () => void pauses++ });
  assertEquals(pauses, 7);
});

for (const [latencySample, timed] of [[1, 120], [3, 40], [7, 17], [SAMPLE_NEVER, 0]] as const) {
  Deno.test(`runClosedLoop() times every ${latencySample}th of 120 operations`, () => {
    const { parts, latencies } = loop({ opsMax: 120, latencySample });
    runClosedLoop(parts, NO_WAIT);
    assertEquals(latencies().reduce((sum, count) => sum + count, 0), timed);
    if (latencySample === 1) assertEquals(latencies(), Array(OPERATION_KINDS).fill(120 / OPERATION_KINDS));
  });
}

Deno.test("runClosedLoop() times the operation, and not the pause after it", () => {
  const { parts, meter, backend } = loop({ opsMax: OPERATION_KINDS, latencySample: 1 });
  using time = new FakeTime();
  backend.before = () => time.pass(2);
  runClosedLoop(parts, { pause: () => time.pass(20) });
  for (let kind = 0; kind < OPERATION_KINDS; kind++) {
    const calls = kind === READ_MODIFY_WRITE ? 2 : 1;
    const tookMs = summarize([meter.latencies[kind]!])!.max / 1e6;
    assertAlmostEquals(tookMs, 2 * calls, 0.01 * calls);
  }
});

Deno.test("runOpenLoop() begins operations when they are meant to, none earlier", () => {
  const startsMs: number[] = [];
  const { parts, backend } = loop({ opsMax: 20, latencySample: 1 });
  backend.before = () => void startsMs.push(performance.now());
  const firstMs = performance.now() + 5;
  runOpenLoop({ ...parts, workload: reads() }, new RateSchedule({ firstMs, periodMs: 2 }));
  assertEquals(startsMs.length, 20);
  for (const [i, startMs] of startsMs.entries()) assertGreaterOrEqual(startMs, firstMs + 2 * i);
});

Deno.test("runOpenLoop() charges a stall to every operation that it held up: no coordinated omission", () => {
  const { parts, meter, backend } = loop({ opsMax: 50, latencySample: 1 });
  backend.before = (calls) => {
    if (calls === 0) busyFor(40);
  };
  runOpenLoop({ ...parts, workload: reads() }, new RateSchedule({ firstMs: performance.now(), periodMs: 1 }));
  const corrected = summarize([meter.latencies[READ]!])!;
  const uncorrected = summarize([meter.uncorrectedLatencies[READ]!])!;
  assertEquals([corrected.count, uncorrected.count], [50, 50]);
  // Operations 1 to 39 were meant to begin during the stall, and waited for what was left of it: half of them 20 ms.
  assertGreater(corrected.p50 / 1e6, 10);
  assertLess(uncorrected.p50 / 1e6, 10);
  assertGreaterOrEqual(uncorrected.max / 1e6, 40 * 0.999);
  assertGreaterOrEqual(meter.counts[MISSED_STARTS]!, 39);
  assertLess(meter.counts[MISSED_STARTS]!, 50);
});

Deno.test("runOpenLoop() counts what was due and never began when its time is over, and no more than it was to run", () => {
  for (const [opsMax, expected] of [[1000, 40], [30, 29], [1, 0]] as const) {
    const { parts, meter, backend } = loop({ opsMax, latencySample: 1 });
    backend.before = (calls) => {
      if (calls === 0) busyFor(60);
    };
    const firstMs = performance.now();
    runOpenLoop({ ...parts, workload: reads(), endsAtMs: firstMs + 40.5 }, new RateSchedule({ firstMs, periodMs: 1 }));
    assertEquals(meter.counts[NEVER_BEGUN], expected);
  }
  const { parts, meter } = loop({ opsMax: 20, latencySample: 1 });
  runOpenLoop({ ...parts, workload: reads() }, new RateSchedule({ firstMs: performance.now(), periodMs: 1 }));
  assertEquals(meter.counts[NEVER_BEGUN], 0);
});

Deno.test("runOpenLoop() ends a sleep when the phase ends, without another operation", () => {
  const { parts, phase, backend } = loop();
  const startedAtMs = performance.now();
  backend.before = () => phase.advance(STOPPING);
  runOpenLoop({ ...parts, workload: reads() }, new RateSchedule({ firstMs: startedAtMs, periodMs: 60_000 }));
  assertEquals(backend.calls.length, 1);
  assert(performance.now() - startedAtMs < 10_000);
});

function reads(): Workload {
  return { key: PaddedBytes.of("key"), value: PaddedBytes.of("value"), kind: READ, next: () => {} };
}

Deno.test("runClosedLoop() and runOpenLoop() see the end of their time themselves, with the phase as it was", () => {
  const latencySamples = [1, 100, SAMPLE_NEVER];
  for (const latencySample of latencySamples) {
    for (const isOpen of [false, true]) {
      const startedAtMs = performance.now();
      const endsAtMs = startedAtMs + 30;
      const { parts } = loop({ latencySample, endsAtMs, opsMax: Infinity });
      if (isOpen) runOpenLoop(parts, new RateSchedule({ firstMs: startedAtMs, periodMs: 0.5 }));
      else runClosedLoop(parts, NO_WAIT);
      const tookMs = performance.now() - startedAtMs;
      assert(tookMs >= 29 && tookMs < 1_000, `${tookMs} ms`);
    }
  }
});

Deno.test("runOpenLoop() lasts until the end of its time, even where none of its operations is meant to begin in it", () => {
  for (const [firstMs, calls] of [[0, 1], [60_000, 0]] as const) {
    const startedAtMs = performance.now();
    const { parts, backend } = loop({ endsAtMs: startedAtMs + 200, opsMax: Infinity });
    runOpenLoop(
      { ...parts, workload: reads() },
      new RateSchedule({ firstMs: startedAtMs + firstMs, periodMs: 60_000 }),
    );
    assertEquals(backend.calls.length, calls);
    assertGreaterOrEqual(performance.now(), startedAtMs + 200);
  }
});

Deno.test("runClosedLoop() times every so many operations, however often it looks at the clock", () => {
  for (const latencySample of [1, 7, 1024, 1025, 3000]) {
    const { parts } = loop({ latencySample, opsMax: 9000, endsAtMs: Infinity });
    runClosedLoop(parts, NO_WAIT);
    const timed = parts.meter.latencies.reduce((sum, counts) => sum + (summarize([counts])?.count ?? 0), 0);
    assertEquals(timed, Math.floor(9000 / latencySample), `${latencySample}`);
  }
});
