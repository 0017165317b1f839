/**
 * Benchmarks the snapshot queue: what it costs a load thread on top of encoding, and how fast one worker hands
 * snapshots to another.
 *
 * The snapshot is of a shard with 512 seed entries, about 8 KB as JSON.
 *
 * @module
 */
import { CODECS } from "../lib/codec/codecs.ts";
import { SERIALIZER_NAMES } from "../lib/codec/codec.ts";
import { OutputBuffer } from "../lib/codec/output_buffer.ts";
import { SEED_KEY_COUNT, SEED_VALUE } from "../lib/load/seed_workload.ts";
import { type QueuedWrite, WriteQueue } from "../lib/persist/write_queue.ts";
import { blockWords } from "../lib/store/space.ts";
import { UNIT_WORDS_MIN } from "../lib/store/store_size.ts";
import { SharedStore } from "../lib/store/shared_store.ts";
import { Abort } from "../lib/sync/abort.ts";
import type { HandOffTask } from "./queue_worker.ts";
import { options } from "./short.ts";

const ENTRY_COUNT = 512;
const SNAPSHOT_BYTES = 8 * 1024;

const abort = Abort.create();
const store = SharedStore.create(
  {
    shards: 1,
    entriesPerShard: ENTRY_COUNT,
    arenaWordsPerShard: ENTRY_COUNT * blockWords(8, SEED_VALUE.length, UNIT_WORDS_MIN),
  },
  abort,
);
for (let i = 0; i < ENTRY_COUNT; i++) store.putString(`Key${i * (SEED_KEY_COUNT / ENTRY_COUNT)}`, SEED_VALUE);

for (const serializer of SERIALIZER_NAMES) {
  const definition = { ...options(), group: `encode, enqueue, dequeue: ${serializer}` };
  const codec = CODECS[serializer];
  const out = new OutputBuffer();
  const queue = WriteQueue.create({ depth: 16, bytes: 64 * SNAPSHOT_BYTES, shards: 1 }, abort);
  const taken: QueuedWrite = { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  let version = 0;

  Deno.bench("encode", { ...definition, baseline: true }, () => {
    codec.encode(store.viewShard(0), out);
  });

  Deno.bench("encode, enqueue, dequeue", definition, () => {
    const length = codec.encode(store.viewShard(0), out);
    queue.put({ shard: 0, version: ++version, bytes: out.bytes, length, putAtMs: 1 });
    queue.take(taken);
    queue.release();
  });
}

/** Snapshots passed from worker to worker in one iteration of a benchmark. */
const BURST = 1000;

/** A worker that repeatedly does its part of a hand-off. */
class HandOffWorker {
  readonly #worker = new Worker(new URL("./queue_worker.ts", import.meta.url), { type: "module" });

  /** Gives the worker its task; resolves when it is ready to do it. */
  async prepare(task: HandOffTask): Promise<void> {
    this.#worker.postMessage(task, "port" in task ? [task.port] : []);
    await this.#reply();
  }

  /** Makes the worker do its task once; resolves when it is done. */
  async perform(): Promise<void> {
    this.#worker.postMessage(undefined);
    await this.#reply();
  }

  /** Ends the worker, which is waiting for a message, not in shared memory. */
  terminate(): void {
    this.#worker.terminate();
  }

  #reply(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = () => resolve();
      this.#worker.onerror = (event) => reject(new Error(event.message));
    });
  }
}

const GROUP = { group: `hand-off of ${BURST} snapshots of 8 KiB from worker to worker` };

/** Times a hand-off from the start of both ends to the end of both. */
function benchHandOff(
  name: string,
  { baseline = false, tasks }: { baseline?: boolean; tasks: () => HandOffTask[] },
): void {
  const workers: HandOffWorker[] = [];
  globalThis.addEventListener("unload", () => workers.forEach((worker) => worker.terminate()));
  // Deno would run thousands of iterations of this length.
  Deno.bench(name, { n: 20, warmup: 5, ...options(), ...GROUP, baseline }, async (bench) => {
    if (workers.length === 0) {
      await Promise.all(
        tasks().map((task) => {
          const worker = new HandOffWorker();
          workers.push(worker);
          return worker.prepare(task);
        }),
      );
    }
    bench.start();
    await Promise.all(workers.map((worker) => worker.perform()));
    bench.end();
  });
}

for (const depth of [1024, 16, 1]) {
  benchHandOff(`WriteQueue of depth ${depth}`, {
    baseline: depth === 1024,
    tasks() {
      const size = { depth, bytes: (depth + 1) * SNAPSHOT_BYTES, shards: BURST };
      const queue = WriteQueue.create(size, abort).handle();
      return (["put", "take"] as const).map((kind) => ({ kind, queue, count: BURST, lengthBytes: SNAPSHOT_BYTES }));
    },
  });
}

benchHandOff("postMessage", {
  tasks() {
    const { port1, port2 } = new MessageChannel();
    const common = { count: BURST, lengthBytes: SNAPSHOT_BYTES };
    return [{ kind: "post", port: port1, ...common }, { kind: "hear", port: port2, ...common }];
  },
});
