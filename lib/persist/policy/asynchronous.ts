/**
 * The asynchronous policy: a put queues what it changed for the file worker, and waits while the queue is full. The
 * file worker writes what is queued.
 *
 * @module
 */
import { OutputBuffer } from "../../codec/output_buffer.ts";
import type { SharedStore } from "../../store/shared_store.ts";
import type { StoreSize } from "../../store/store_size.ts";
import type { Abort } from "../../sync/abort.ts";
import type { Clock } from "../../sync/clock.ts";
import { LINE_BYTES } from "../../sync/layout.ts";
import type { Layout } from "../layout/layout.ts";
import { type QueuedWrite, WriteQueue } from "../write_queue.ts";
import type { Writer } from "../writer.ts";
import type { PolicyModule, PutPolicy } from "./policy_module.ts";

/** A put changes memory, then queues what it changed for the file worker; a full queue blocks it. */
export interface AsynchronousPolicy {
  readonly kind: "asynchronous";
  /** Bound on queued items. */
  readonly queueDepth: number;
  /** Bound on the bytes of queued items. */
  readonly queueMemoryBytes: number;
}

/**
 * A queue bounds the number of writes at risk, but not how long they take. Each load worker may hold one more write
 * while it waits for room.
 */
export const ASYNCHRONOUS: PolicyModule<AsynchronousPolicy> = {
  flag: "queueDepth",
  optionsOf: (queueDepth, { queueMemoryBytes }) => ({ kind: "asynchronous", queueDepth, queueMemoryBytes }),
  acknowledgesAtOnce: true,
  bound: ({ queueDepth }, { threads }) => ({ writes: queueDepth + threads }),
  loss: ({ queueDepth }, { threads }) => `at most ${queueDepth + threads} writes`,
  createQueue,

  put(_, { store, writer: { layout }, queue, clock }) {
    if (queue === undefined) throw new Error("Cannot attach to the asynchronous policy without its queue");
    return new AsynchronousPut({ store, layout, queue, clock });
  },

  flush(_, { queue, writer }) {
    if (queue !== undefined) consumeQueue(queue, writer);
    return undefined;
  },
};

/** Bound on a snapshot's bytes besides its entries. */
const SNAPSHOT_OVERHEAD_BYTES = 256;
/**
 * Entries grow by this factor at most, if they are all control characters, which JSON escapes; mostly, they take no
 * more room than in the arena.
 */
const ESCAPED_GROWTH_MAX = 6;

/** Limits the memory to what full shards in all of the queue's slots would take. */
function createQueue(
  { queueDepth, queueMemoryBytes }: AsynchronousPolicy,
  { shards, arenaWordsPerShard }: StoreSize,
  abort: Abort,
): WriteQueue {
  const snapshotBytesMax = ESCAPED_GROWTH_MAX * arenaWordsPerShard * 4 + SNAPSHOT_OVERHEAD_BYTES + LINE_BYTES;
  // One more, for lines skipped at the ring's end.
  const bytes = Math.min(queueMemoryBytes, (queueDepth + 1) * snapshotBytesMax);
  return WriteQueue.create({ depth: queueDepth, bytes, shards }, abort);
}

/** Queues under the shard's lock, so that a shard's items are in the order of its versions. */
export class AsynchronousPut implements PutPolicy {
  readonly #store: SharedStore;
  readonly #layout: Layout;
  readonly #queue: WriteQueue;
  readonly #clock: Clock;
  readonly #scratch = new OutputBuffer();

  constructor(parts: { store: SharedStore; layout: Layout; queue: WriteQueue; clock: Clock }) {
    this.#store = parts.store;
    this.#layout = parts.layout;
    this.#queue = parts.queue;
    this.#clock = parts.clock;
  }

  /** @throws {SnapshotTooLargeError} when the item exceeds the queue's memory */
  applied(shard: number): void {
    const length = this.#layout.serialize(shard, this.#scratch);
    const { bytes } = this.#scratch;
    this.#queue.put({ shard, version: this.#store.version(shard), bytes, length, putAtMs: this.#clock.nowMs() });
  }

  unchanged(): void {
    // A delete is acknowledged at once, as whatever came before it was.
  }

  acknowledge(): void {
    // A put is acknowledged at once.
  }

  makeRoom(): void {
    // Everything that is noted is queued at once, so there is always room.
  }
}

/** Writes until the queue is closed and empty. */
function consumeQueue(queue: WriteQueue, writer: Writer): void {
  if (writer.layout.supersedes) writeNewest(queue, writer);
  else writeAll(queue, writer);
}

/** Writes the newest snapshot of one shard after another, and drops the ones it supersedes. */
function writeNewest(queue: WriteQueue, writer: Writer): void {
  const item: QueuedWrite = { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  while (queue.take(item)) {
    writer.accept(item);
    writer.flush();
    writer.meter.countSuperseded(queue.release() - 1);
    writer.maintain();
  }
}

/**
 * Log writes are small, so it pays to wait until several can be combined, provided that the queue is deep enough for
 * nobody to wait for room meanwhile. Also, producers need not wake a thread that sleeps for a fixed time.
 */
const LINGER_MS = 0.25;
const LINGER_ITEMS_MAX = 256;
const LINGER_DEPTH_MIN = 4 * LINGER_ITEMS_MAX;

/**
 * The most pieces of maintenance between two writes. There must be a limit: a put that waits for room in the queue may
 * hold the lock of the shard that the next piece is of.
 */
const PIECES_MAX = 8;

/** Writes everything that is queued at once, repeatedly. */
function writeAll(queue: WriteQueue, writer: Writer): void {
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const accept = (item: QueuedWrite) => writer.accept(item);
  const lingers = queue.size.depth >= LINGER_DEPTH_MIN;
  while (queue.takeAll(accept)) {
    writer.flush();
    queue.releaseAll();
    for (let pieces = 1; writer.maintain() && writer.isBehind && pieces < PIECES_MAX; pieces++);
    if (lingers && queue.count < LINGER_ITEMS_MAX) Atomics.wait(never, 0, 0, LINGER_MS);
  }
}
