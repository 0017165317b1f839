/**
 * Tests of the asynchronous loops: how many operations are under way, what is counted and timed, and how they end.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertRejects, assertStrictEquals } from "@std/assert";
import { type AsyncLoopParts, Lane, runClosedAsyncLoop, runOpenAsyncLoop } from "../../lib/load/async_loop.ts";
import { RateSchedule } from "../../lib/load/load_loop.ts";
import {
  HITS,
  LoadMeter,
  MISSED_STARTS,
  NEVER_BEGUN,
  SCANNED,
  type ThreadMeter,
  WAITS,
} from "../../lib/load/load_meter.ts";
import { OPERATION_KINDS } from "../../lib/load/operation.ts";
import { createPattern } from "../../lib/load/pattern.ts";
import { RecordsUsedUpError } from "../../lib/load/distribution.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { Workload } from "../../lib/load/workload.ts";
import { summarize } from "../../lib/metrics/summaries.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { Phase, RUNNING, STOPPING } from "../../lib/sync/phase.ts";

/** Goes through the kinds of operations, each on a key and with a value of its own. */
class EachKind implements Workload {
  readonly key = new PaddedBytes(16);
  readonly value = new PaddedBytes(16);
  readonly scanLength = 9;
  kind = OPERATION_KINDS - 1;
  operations = 0;
  readonly #max: number;

  constructor(max = Infinity) {
    this.#max = max;
  }

  next(): void {
    if (this.operations === this.#max) throw new RecordsUsedUpError(this.#max);
    this.operations++;
    this.kind = (this.kind + 1) % OPERATION_KINDS;
    this.key.setString(`key ${this.operations}`);
    this.value.setString(`value ${this.operations}`);
  }
}

/** Ends each operation some time after it began, and notes how many were under way and what they put. */
class SlowStore {
  underWay = 0;
  underWayMax = 0;
  readonly puts: string[] = [];
  readonly deletes: string[] = [];
  readonly scans: string[] = [];
  /** Called when an operation is about to end. */
  ending: () => void = () => {};
  readonly #delayMs: number;

  constructor(delayMs = 1) {
    this.#delayMs = delayMs;
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    await this.#take();
    this.puts.push(`${key}=${value}`);
  }

  async get(): Promise<boolean> {
    await this.#take();
    return true;
  }

  async delete(key: PaddedBytes): Promise<void> {
    await this.#take();
    this.deletes.push(key.toString());
  }

  async scan(key: PaddedBytes, count: number): Promise<number> {
    await this.#take();
    this.scans.push(`${key} ${count}`);
    return 7;
  }

  async #take(): Promise<void> {
    this.underWayMax = Math.max(this.underWayMax, ++this.underWay);
    await new Promise((resolve) => setTimeout(resolve, this.#delayMs));
    this.underWay--;
    this.ending();
  }
}

function loop(options: { inFlight: number; store?: SlowStore; workload?: Workload } & Partial<AsyncLoopParts>) {
  const { inFlight, store = new SlowStore(), workload = new EachKind(), ...parts } = options;
  const phase = Phase.create();
  phase.advance(RUNNING);
  const meter = LoadMeter.create(1).thread(0);
  const abort = Abort.create();
  const lanes = Array.from({ length: inFlight }, () => new Lane({ backend: store, workload }));
  const common = {
    phase,
    during: RUNNING,
    endsAtMs: Infinity,
    opsMax: Infinity,
    latencySample: 1,
    meter,
    abort,
    lanes,
  };
  const pattern = (name: "unthrottled" | "consistent") =>
    createPattern(name, { phase, during: RUNNING, rng: new Rng(1), counts: meter.counts });
  const timed = () => meter.latencies.map((counts) => summarize([counts])?.count ?? 0);
  return { parts: { ...common, ...parts }, phase, meter, store, abort, pattern, timed };
}

function operationsIn({ counts }: ThreadMeter): number {
  return counts.subarray(0, OPERATION_KINDS).reduce((sum, count) => sum + count, 0);
}

Deno.test("runClosedAsyncLoop() has so many operations under way, and counts and times each", async () => {
  for (const inFlight of [1, 3, 8]) {
    const { parts, meter, store, pattern, timed } = loop({ inFlight, opsMax: 60 });
    await runClosedAsyncLoop(parts, pattern("unthrottled"));
    assertEquals([store.underWayMax, store.underWay], [inFlight, 0]);
    const counts = Array.from({ length: OPERATION_KINDS }, (_, kind) => meter.counts[kind]);
    assertEquals([counts, timed()], [[10, 10, 10, 10, 10, 10], [10, 10, 10, 10, 10, 10]]);
    assertEquals([meter.counts[HITS], meter.counts[SCANNED]], [20, 70]);
    // Each lane kept its own key and value while others took theirs.
    assertEquals(store.deletes.toSorted(), Array.from({ length: 10 }, (_, i) => `key ${6 * i + 5}`).sort());
    assertEquals(store.scans.toSorted(), Array.from({ length: 10 }, (_, i) => `key ${6 * i + 6} 9`).sort());
    assertEquals(store.puts.length, 30);
    for (const put of store.puts) {
      assertEquals(put.replace("key", "value"), put.split("=")[1] + "=" + put.split("=")[1]);
    }
  }
});

Deno.test("runClosedAsyncLoop() ends with its phase or its time, when what is under way has ended", async () => {
  const stopped = loop({ inFlight: 4 });
  stopped.store.ending = () => stopped.store.puts.length > 5 && stopped.phase.advance(STOPPING);
  await runClosedAsyncLoop(stopped.parts, stopped.pattern("unthrottled"));
  const timed = loop({ inFlight: 4, endsAtMs: performance.now() + 30 });
  await runClosedAsyncLoop(timed.parts, timed.pattern("unthrottled"));
  for (const { store, meter } of [stopped, timed]) {
    assertStrictEquals(store.underWay, 0);
    const [read = 0, update = 0, insert = 0, both = 0] = meter.counts;
    assertStrictEquals(update + insert + both, store.puts.length);
    assert(read > 0);
  }
});

Deno.test("runClosedAsyncLoop() waits after each operation as the pattern says", async () => {
  for (const inFlight of [1, 4]) {
    const { parts, meter, pattern } = loop({ inFlight, opsMax: 20 });
    await runClosedAsyncLoop(parts, pattern("consistent"));
    assertStrictEquals(meter.counts[WAITS], 20);
  }
});

Deno.test("runClosedAsyncLoop() has no lane wait for another that waits for longer", async () => {
  const { parts, phase } = loop({ inFlight: 3 });
  const asked = [30_000, 90_000, 150_000], waits: [askedUs: number, waitedMs: number][] = [];
  await runClosedAsyncLoop(parts, {
    pause: () => {},
    nextWaitUs: () => asked.shift() ?? 0,
    count: (askedUs, waitedMs) => {
      waits.push([askedUs, waitedMs]);
      if (waits.length === 3) phase.advance(STOPPING);
    },
  });
  assertEquals(waits.map(([askedUs]) => askedUs), [30_000, 90_000, 150_000]);
  for (const [askedUs, waitedMs] of waits) assertGreaterOrEqual(waitedMs, askedUs / 1000);
});

Deno.test("asynchronous loops throw what an operation or the workload throws, once the others have ended", async () => {
  const store = new SlowStore();
  let ended = 0;
  store.ending = () => {
    if (++ended === 5) throw new Error("the fifth fails");
  };
  const failing = loop({ inFlight: 3, store });
  await assertRejects(
    () => runClosedAsyncLoop(failing.parts, failing.pattern("unthrottled")),
    Error,
    "the fifth fails",
  );
  assertStrictEquals(store.underWay, 0);
  const usedUp = loop({ inFlight: 3, workload: new EachKind(10) });
  await assertRejects(() => runClosedAsyncLoop(usedUp.parts, usedUp.pattern("unthrottled")), RecordsUsedUpError);
  assertStrictEquals(operationsIn(usedUp.meter), 10);
});

Deno.test("asynchronous loops end when the run fails, though their operations never do", async () => {
  for (const run of ["closed", "open"]) {
    const { parts, abort, pattern } = loop({ inFlight: 2, store: new SlowStore(1e6) });
    const ended = run === "closed"
      ? runClosedAsyncLoop(parts, pattern("unthrottled"))
      : runOpenAsyncLoop(parts, new RateSchedule({ firstMs: performance.now(), periodMs: 1 }));
    abort.raise();
    await assertRejects(() => ended, AbortError);
  }
});

Deno.test("runOpenAsyncLoop() counts latencies from intended starts, so that a stall counts against all that it held up", async () => {
  const periodMs = 2, stallMs = 60;
  let operations = 0;
  const store = new SlowStore(0);
  store.ending = () => {
    if (++operations !== 10) return;
    const endMs = performance.now() + stallMs;
    while (performance.now() < endMs);
  };
  const { parts, meter } = loop({ inFlight: 1, store, opsMax: 40 });
  await runOpenAsyncLoop(parts, new RateSchedule({ firstMs: performance.now() + 1, periodMs }));
  assertGreaterOrEqual(meter.counts[MISSED_STARTS]!, 10);
  const corrected = summarize(meter.latencies)!.p50;
  const uncorrected = summarize(meter.uncorrectedLatencies)!.p50;
  assertGreaterOrEqual(corrected, 10e6);
  assertLess(uncorrected, corrected);
});

Deno.test("runOpenAsyncLoop() counts what was due and never began when its time is over", async () => {
  const { parts, meter } = loop({ inFlight: 1, store: new SlowStore(60) });
  const firstMs = performance.now();
  await runOpenAsyncLoop({ ...parts, endsAtMs: firstMs + 40.5 }, new RateSchedule({ firstMs, periodMs: 1 }));
  // One began, and was under way all the time.
  assertEquals(meter.counts[NEVER_BEGUN], 40);
});

Deno.test("runOpenAsyncLoop() begins operations at their intended starts while others are under way", async () => {
  const { parts, store, meter } = loop({ inFlight: 8, store: new SlowStore(20), opsMax: 16 });
  const startedAtMs = performance.now();
  await runOpenAsyncLoop(parts, new RateSchedule({ firstMs: startedAtMs, periodMs: 5 }));
  assertStrictEquals(operationsIn(meter), 16);
  assertGreaterOrEqual(performance.now() - startedAtMs, 15 * 5);
  assertGreaterOrEqual(store.underWayMax, 2);
});
