/**
 * Tests of the asynchronous loop of a replay: operations on a key do not overtake each other, none begins before it is
 * due, and the loop ends with the trace or with its time.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import { Lane, runReplayLoop } from "../../lib/load/async_loop.ts";
import { LoadMeter, NEVER_BEGUN } from "../../lib/load/load_meter.ts";
import { DELETE, READ, UPDATE } from "../../lib/load/operation.ts";
import { replayValues, ReplayWorkload, TraceSchedule } from "../../lib/load/replay_workload.ts";
import type { ReplayOptions } from "../../lib/load/workload.ts";
import { feedTrace } from "../../lib/replay/trace_feed.ts";
import { TraceRing } from "../../lib/replay/trace_ring.ts";
import { summarizeTrace } from "../../lib/replay/trace_summary.ts";
import type { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Phase, RUNNING } from "../../lib/sync/phase.ts";
import { traceFile } from "../replay/samples.ts";

/**
 * Ends each operation after a while that differs, and notes when which began, and whether another on its key had not
 * ended.
 */
class UnevenStore {
  readonly begun: { readonly what: string; readonly key: string; readonly atMs: number }[] = [];
  overtaken = 0;
  underWayMax = 0;
  readonly #keys = new Set<string>();
  #count = 0;

  async put(key: PaddedBytes): Promise<void> {
    await this.#operate("put", key.toString());
  }

  async get(key: PaddedBytes): Promise<boolean> {
    await this.#operate("get", key.toString());
    return true;
  }

  async delete(key: PaddedBytes): Promise<void> {
    await this.#operate("delete", key.toString());
  }

  async #operate(what: string, key: string): Promise<void> {
    this.begun.push({ what, key, atMs: performance.now() });
    if (this.#keys.has(key)) this.overtaken++;
    this.#keys.add(key);
    this.underWayMax = Math.max(this.underWayMax, this.#keys.size);
    await new Promise((resolve) => setTimeout(resolve, this.#count++ % 3));
    this.#keys.delete(key);
  }
}

/** Replays a trace in so many lanes. */
async function replay(
  text: string,
  { lanes, speed, endsAfterMs = Infinity }: { lanes: number; speed?: number; endsAfterMs?: number },
) {
  using file = traceFile(text);
  const { path } = file;
  const trace = await summarizeTrace(path, "csv");
  const options: ReplayOptions = { kind: "replay", path, rounds: 1, endsLoad: true, compressible: 1, trace };
  const [phase, abort, store] = [Phase.create(), Abort.create(), new UnevenStore()];
  phase.advance(RUNNING);
  const rings = TraceRing.createAll(lanes, { abort, phase });
  await feedTrace({ path, trace, rounds: 1, opsMax: Infinity, roundOpsMax: Infinity, isTimed: false }, rings);
  const meter = LoadMeter.create(1).thread(0);
  const startedAtMs = performance.now();
  const replays = rings.map((ring, thread) => {
    const consumer = TraceRing.attach(ring.handle());
    const workload = new ReplayWorkload(consumer, replayValues(1, options, { thread, threads: lanes }), options);
    const schedule = speed === undefined
      ? undefined
      : new TraceSchedule(consumer, { originMs: startedAtMs, speed, isLast: true });
    return { lane: new Lane({ backend: store, workload }), workload, schedule };
  });
  await runReplayLoop({
    phase,
    during: RUNNING,
    endsAtMs: startedAtMs + endsAfterMs,
    opsMax: Infinity,
    latencySample: 1,
    meter,
    abort,
    lanes: replays.map(({ lane }) => lane),
  }, replays);
  return { store, meter, startedAtMs };
}

const NAMES = ["put", "get", "get", "delete", "put"];

Deno.test("runReplayLoop() does the operations on each key one after another, in the trace's order", async () => {
  const all = Array.from({ length: 300 }, (_, i) => ({ what: NAMES[i % 5]!, key: `key${(i * 7) % 23}` }));
  const text = all.map(({ what, key }, i) => `${i},${what},${key},${i % 50}\n`).join("");
  const { store, meter: { counts } } = await replay(text, { lanes: 8 });
  assertEquals([counts[UPDATE], counts[READ], counts[DELETE]], [120, 120, 60]);
  assertEquals(store.overtaken, 0);
  assertGreater(store.underWayMax, 1);
  for (const key of new Set(all.map(({ key }) => key))) {
    const found = store.begun.filter((one) => one.key === key).map(({ what }) => what);
    assertEquals(found, all.filter((one) => one.key === key).map(({ what }) => what));
  }
});

Deno.test("runReplayLoop() begins no operation before it is due, in whichever lane it is", async () => {
  const text = Array.from({ length: 60 }, (_, i) => `${i * 4000},get,key${i % 11},\n`).join("");
  const { store, startedAtMs, meter } = await replay(text, { lanes: 4, speed: 2 });
  assertEquals(store.begun.length, 60);
  for (const [i, { atMs }] of store.begun.toSorted((a, b) => a.atMs - b.atMs).entries()) {
    assertGreaterOrEqual(atMs, startedAtMs + 2 * i - 0.01);
  }
  assertEquals(meter.counts[NEVER_BEGUN], 0);
});

Deno.test("runReplayLoop() ends with its time, and counts what was due and had no turn", async () => {
  // All are due at once, in one lane, and each takes up to 2 ms.
  const text = Array.from({ length: 2000 }, () => `0,get,key,\n`).join("") + "60000000,get,key,\n";
  const { store, meter: { counts } } = await replay(text, { lanes: 1, speed: 1, endsAfterMs: 60 });
  assert(store.begun.length < 2000, `${store.begun.length}`);
  assertEquals(store.begun.length + counts[NEVER_BEGUN]!, 2000);
});
