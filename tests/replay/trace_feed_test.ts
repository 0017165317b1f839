/**
 * Tests of handing out a trace: each operation goes to one lane, all of a key to the same, in their order.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type FeedOptions, feedTrace, laneOf } from "../../lib/replay/trace_feed.ts";
import type { ReaderConfiguration } from "../../lib/replay/reader_worker.ts";
import { TraceRing } from "../../lib/replay/trace_ring.ts";
import { roundUs, summarizeTrace } from "../../lib/replay/trace_summary.ts";
import { hashKey } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Phase, STOPPING } from "../../lib/sync/phase.ts";
import { WorkerTask } from "../../lib/sync/task.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { type Operation, parsed, SAMPLES, traceFile, TWITTER_TRACE } from "./samples.ts";

type Asked = Partial<Omit<FeedOptions, "path" | "trace">>;

async function optionsOf(path: string, asked: Asked = {}): Promise<FeedOptions> {
  const all = { rounds: 1, opsMax: Infinity, roundOpsMax: Infinity, isTimed: false };
  return { path, trace: await summarizeTrace(path), ...all, ...asked };
}

/** Takes the next operation of a lane. */
function taken(ring: TraceRing): Operation {
  const key = new PaddedBytes(1024);
  const timeUs = ring.nextTimeUs;
  ring.take(key);
  const text = String.fromCharCode(...key.bytes.subarray(0, key.length));
  return { kind: ring.kind, key: text, valueBytes: ring.valueBytes, timeUs };
}

/** What each lane gets of a trace that fits into the rings. */
async function lanesOf(path: string, lanes: number, asked: Asked = {}): Promise<Operation[][]> {
  const rings = TraceRing.createAll(lanes, { abort: Abort.create(), phase: Phase.create() });
  await feedTrace(await optionsOf(path, asked), rings);
  return rings.map((ring) => {
    const consumer = TraceRing.attach(ring.handle());
    const operations: Operation[] = [];
    while (consumer.hasNext()) operations.push(taken(consumer));
    return operations;
  });
}

function keyOf(text: string): PaddedBytes {
  const key = new PaddedBytes(0);
  key.copy(Uint8Array.from(text, (letter) => letter.charCodeAt(0)), 0, text.length);
  return key;
}

Deno.test("feedTrace() hands all operations on a key to one lane, in their order", async () => {
  const line = fc.tuple(fc.constantFrom("put", "get", "delete"), fc.nat(30), fc.nat(2000));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      async (all, lanes) => {
        const text = all.map(([name, key, valueBytes], i) => `${i},${name},key${key},${valueBytes}\n`).join("");
        using trace = traceFile(text);
        const found = await lanesOf(trace.path, lanes);
        const expected = parsed("csv", text).operations;
        assertEquals(found.flat().length, expected.length);
        for (const [lane, operations] of found.entries()) {
          for (const { key } of operations) {
            const { words, length } = keyOf(key);
            assertEquals(laneOf(hashKey(words, length), lanes), lane);
          }
          const keys = new Set(operations.map(({ key }) => key));
          // In a lane, too, all are in the order of the trace.
          assertEquals(operations, expected.filter(({ key }) => keys.has(key)));
        }
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("feedTrace() begins again as often as asked, and the times go on", async () => {
  using trace = traceFile(SAMPLES.csv);
  const { trace: summary } = await optionsOf(trace.path);
  const [operations = []] = await lanesOf(trace.path, 1, { rounds: 3 });
  const round = roundUs(summary);
  assertEquals(
    operations.map(({ timeUs }) => timeUs),
    [0, 5, 7].flatMap((_, i, times) => times.map((us) => us + i * round)),
  );
  assertGreater(round, 7);
  const limited = await lanesOf(trace.path, 2, { rounds: Infinity, opsMax: 10 });
  assertEquals(limited.flat().length, 10);
  const cut = await lanesOf(trace.path, 1, { rounds: 2, roundOpsMax: 2 });
  assertEquals(cut.flat().map(({ key }) => key), ["a", "a", "a", "a"]);
});

Deno.test("feedTrace() spreads operations that a format gives the same second over it, if the times matter", async () => {
  const lanes = await lanesOf(TWITTER_TRACE, 1, { isTimed: true });
  const times = lanes.flat().map(({ timeUs }) => timeUs);
  assertEquals(times.length, 600);
  for (const [i, timeUs] of times.entries()) assertEquals(Math.round(timeUs), i * 20_000);
  const unspread = await lanesOf(TWITTER_TRACE, 1);
  assertEquals(new Set(unspread.flat().map(({ timeUs }) => timeUs)).size, 12);
});

Deno.test("feedTrace() lets no time go back where a second has more operations than it holds at once", async () => {
  const [key, other] = ["a", "b"].map((letter) => letter.repeat(1000));
  // Each takes over 250 words: after some 65,000 there is no room.
  const lines = [[key, 1000, 5], [other, 70_000, 5], [key, 90_000, 5], [other, 1, 5], [key, 3, 6], [key, 80_000, 8]];
  using trace = traceFile(
    "key,op,size,op_count,op_time\n" + lines.map(([key, count, time]) => `${key},GET,1,${count},${time}\n`).join(""),
  );
  const times: number[] = [];
  const ring = { isLoadOver: false, push: ({ timeUs }: { timeUs: number }) => times.push(timeUs), tell() {}, end() {} };
  await feedTrace(await optionsOf(trace.path, { isTimed: true, rounds: 2 }), [ring as unknown as TraceRing]);
  assertEquals(times.length, 2 * 241_004);
  assert(times.every((time, i) => i === 0 || time > times[i - 1]!));
  const seconds = times.map((time) => Math.floor(time / 1e6) - Math.floor(times[0]! / 1e6));
  assertEquals([160_999, 161_001, 161_003, 161_004, 241_003].map((i) => seconds[i]), [0, 1, 1, 3, 3]);
});

Deno.test("feedTrace() refuses a trace that has changed since it was read", async () => {
  using trace = traceFile(SAMPLES.csv);
  const options = await optionsOf(trace.path);
  Deno.writeTextFileSync(trace.path, `${SAMPLES.csv}9,put,b,1\n`);
  const rings = TraceRing.createAll(1, { abort: Abort.create(), phase: Phase.create() });
  const error = await assertRejects(() => feedTrace(options, rings), PersistError);
  assert(error.message.endsWith("it has changed since it was looked at"), error.message);
});

/** Starts the reader in a worker of its own. */
function startReader(
  options: FeedOptions,
  rings: readonly TraceRing[],
  { abort, phase }: { abort: Abort; phase: Phase },
) {
  const url = new URL("../../lib/replay/reader_worker.ts", import.meta.url);
  const configuration: ReaderConfiguration = {
    ...options,
    abort: abort.handle(),
    phase: phase.handle(),
    rings: rings.map((ring) => ring.handle()),
  };
  return new WorkerTask<ReaderConfiguration, void>(new Worker(url, { type: "module" }), configuration, "The reader");
}

Deno.test("the reader waits for lanes that are slower, and loses nothing", async () => {
  using trace = traceFile(SAMPLES.twitter);
  const shared = { abort: Abort.create(), phase: Phase.create() };
  // So many lanes that each ring is as small as it gets, and is gone through many times.
  const rings = TraceRing.createAll(4096, shared).slice(0, 3);
  const rounds = 400;
  const task = startReader(await optionsOf(trace.path, { rounds }), rings, shared);
  const consumers = rings.map((ring) => TraceRing.attach(ring.handle()));
  const lanes = await Promise.all(consumers.map(async (ring) => {
    const operations: Operation[] = [];
    while (await ring.reachesNext()) operations.push(taken(ring));
    return operations;
  }));
  await task.result;
  task.terminate();
  const expected = parsed("twitter", SAMPLES.twitter).operations;
  assertEquals(lanes.flat().length, rounds * expected.length);
  for (const operations of lanes) {
    const keys = new Set(operations.map(({ key }) => key));
    const own = expected.filter(({ key }) => keys.has(key));
    for (const [i, { kind, key, valueBytes }] of operations.entries()) {
      const { timeUs: _, ...wanted } = own[i % own.length]!;
      assertEquals({ kind, key, valueBytes }, wanted);
    }
  }
});

Deno.test("the reader ends when the load is over, though nobody takes anything", async () => {
  using trace = traceFile(SAMPLES.twitter);
  const shared = { abort: Abort.create(), phase: Phase.create() };
  const rings = TraceRing.createAll(2, shared);
  const task = startReader(await optionsOf(trace.path, { rounds: Infinity }), rings, shared);
  await shared.phase.arrivals(1, shared.abort);
  shared.phase.advance(STOPPING);
  for (const ring of rings) ring.wake();
  await task.result;
  task.terminate();
});

Deno.test("the reader ends when the load is over, though it still holds operations of the same second", async () => {
  using trace = traceFile("5,key,3,10,1,set,0\n".repeat(1000));
  const shared = { abort: Abort.create(), phase: Phase.create() };
  // Too small for what is held.
  const [ring] = TraceRing.createAll(4096, shared);
  shared.phase.advance(STOPPING);
  await feedTrace(await optionsOf(trace.path, { isTimed: true }), [ring!]);
  const inTime = { abort: Abort.create(), phase: Phase.create() };
  const [slow] = TraceRing.createAll(4096, inTime);
  const task = startReader(await optionsOf(trace.path, { isTimed: true }), [slow!], inTime);
  const consumer = TraceRing.attach(slow!.handle());
  // It hands out none before it has read all.
  assert(await consumer.reachesNext());
  inTime.phase.advance(STOPPING);
  slow!.wake();
  await task.result;
  task.terminate();
});
