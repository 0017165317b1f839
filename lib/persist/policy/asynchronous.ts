/**
 * The asynchronous policy: a put queues what it changed for the file worker, and waits while the queue is full.
 *
 * @module
 */
import { OutputBuffer } from "../../codec/output_buffer.ts";
import type { SharedStore } from "../../store/shared_store.ts";
import type { Clock } from "../../sync/clock.ts";
import type { Layout } from "../layout/layout.ts";
import type { WriteQueue } from "../write_queue.ts";
import type { PutPolicy } from "./put_policy.ts";

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

  acknowledge(): void {
    // A put is acknowledged at once.
  }

  makeRoom(): void {
    // Everything that is noted is queued at once, so there is always room.
  }
}
