/**
 * Tests of the snapshot queue between real workers: nothing lost, nothing twice, nothing torn, nobody left asleep.
 *
 * @module
 */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { WriteQueue } from "../../lib/persist/write_queue.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { LINE_BYTES } from "../../lib/sync/layout.ts";
import { NO_TICK_MS, runCrew, until } from "../sync/crew.ts";
import { ARRIVED, type QueueConfig, type QueueLoad, type QueueResult, queueTestWords } from "./write_queue_worker.ts";

/** The bounds of a stress test, and what its workers do. */
interface StressOptions extends Pick<QueueLoad, "producers" | "rounds" | "putsPerRound" | "lengthMax" | "sharing"> {
  readonly depth: number;
  readonly bytes: number;
  readonly shards: number;
}

function spawn(): Worker {
  return new Worker(new URL("./write_queue_worker.ts", import.meta.url), { type: "module" });
}

/** Runs producers and one consumer, and asserts that they agree on what went through the queue. */
async function stress({ depth, bytes, shards, ...options }: StressOptions): Promise<void> {
  const abort = Abort.create({ tickMs: NO_TICK_MS });
  const queue = WriteQueue.create({ depth, bytes, shards }, abort).handle();
  const words = new Int32Array(new SharedArrayBuffer(queueTestWords(shards) * Int32Array.BYTES_PER_ELEMENT));
  const load: QueueLoad = { queue, words, ...options };
  const configs: QueueConfig[] = [{ kind: "consume", load, producer: -1 }];
  for (let producer = 0; producer < load.producers; producer++) configs.push({ kind: "produce", load, producer });

  const [consumed, ...produced] = await runCrew<QueueConfig, QueueResult>(spawn, configs, {
    abort,
    words: new Int32Array(queue.buffer),
  });

  const lastPut = Array.from({ length: shards }, (_, shard) => {
    return Math.max(...produced.map(({ lastVersions }) => lastVersions[shard] ?? NaN));
  });
  assertEquals(consumed?.wrong, []);
  assertEquals(consumed?.lastVersions, lastPut);
  assertEquals(consumed?.released, produced.reduce((sum, { put }) => sum + put, 0));
  assertEquals(consumed?.released, load.producers * load.rounds * load.putsPerRound);
  // Something was superseded, and not all.
  assertLess(consumed?.taken, consumed?.released);
  assertGreater(consumed?.taken, load.rounds);
}

for (const producers of [1, 2, 4, 8]) {
  Deno.test(`WriteQueue passes on what ${producers} workers put when it is small and full most of the time`, async () => {
    await stress({
      producers,
      rounds: 30,
      putsPerRound: 160 / producers,
      depth: 5,
      bytes: 9 * LINE_BYTES,
      shards: 3 * producers,
      lengthMax: 6 * LINE_BYTES,
      sharing: false,
    });
  });

  Deno.test(`WriteQueue passes on what ${producers} workers put when copying takes long`, async () => {
    await stress({
      producers,
      rounds: 10,
      putsPerRound: 40 / producers,
      depth: 4,
      bytes: 500_000,
      shards: 2 * producers,
      lengthMax: 250_000,
      sharing: false,
    });
  });
}

for (const producers of [2, 8]) {
  Deno.test(`WriteQueue keeps the order of a shard's snapshots when ${producers} workers put under its lock`, async () => {
    await stress({
      producers,
      rounds: 30,
      putsPerRound: 160 / producers,
      depth: 4,
      bytes: 16 * LINE_BYTES,
      shards: 2,
      lengthMax: 6 * LINE_BYTES,
      sharing: true,
    });
  });
}

for (const kind of ["blockPut", "blockTake"] as const) {
  const name = kind === "blockPut"
    ? "WriteQueue.put() throws AbortError when the run fails while the queue is full"
    : "WriteQueue.take() throws AbortError when the run fails while the queue is empty";

  Deno.test(name, async () => {
    const workers = kind === "blockPut" ? 4 : 1;
    const abort = Abort.create({ tickMs: 20 });
    const queue = WriteQueue.create({ depth: 1, bytes: LINE_BYTES, shards: 1 }, abort);
    if (kind === "blockPut") queue.put({ shard: 0, version: 1, bytes: new Uint8Array(1), length: 1, putAtMs: 1 });
    const words = new Int32Array(new SharedArrayBuffer(queueTestWords(1) * Int32Array.BYTES_PER_ELEMENT));
    const load = {
      ...{ queue: queue.handle(), words, producers: workers },
      ...{ rounds: 1, putsPerRound: 1, lengthMax: 1, sharing: true },
    };
    let raisedMs = NaN;
    const results = await runCrew<QueueConfig, QueueResult>(spawn, Array(workers).fill({ kind, load, producer: 0 }), {
      abort,
      words: new Int32Array(load.queue.buffer),
      meanwhile: async () => {
        await until(() => Atomics.load(words, ARRIVED) === workers);
        abort.raise();
        raisedMs = performance.now();
      },
    });

    assertEquals(results.map(({ aborted }) => aborted), Array(workers).fill(true));
    // A tick, and a busy machine's time to run five threads.
    assertLess(performance.now() - raisedMs, 5_000);
  });
}
