/**
 * Room of the file backends: the shared store, and after a put whatever the persistence policy asks of the load thread.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { OutputBuffer } from "../codec/output_buffer.ts";
import type { Ledger } from "../persist/ledger.ts";
import type { ShardWriter } from "../persist/shard_writer.ts";
import type { SnapshotQueue } from "../persist/snapshot_queue.ts";
import { hashKey } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { SharedStore } from "../store/shared_store.ts";
import { StoreFullError } from "../store/store_full_error.ts";
import type { Clock } from "../sync/clock.ts";
import type { Backend } from "./backend.ts";

/** The synchronous policy: a put writes its shard's file, itself included, when the period since the last is over. */
export class SynchronousBackend implements Backend {
  readonly #store: SharedStore;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #writer: ShardWriter;
  readonly #periodMs: number;

  constructor(parts: { store: SharedStore; ledger: Ledger; clock: Clock; writer: ShardWriter; periodMs: number }) {
    this.#store = parts.store;
    this.#ledger = parts.ledger;
    this.#clock = parts.clock;
    this.#writer = parts.writer;
    this.#periodMs = parts.periodMs;
  }

  /** @throws {PersistError} when the shard's file cannot be replaced; the put is then not acknowledged */
  put(key: PaddedBytes, value: PaddedBytes): void {
    const store = this.#store;
    const hash = hashKey(key.words, key.length);
    const shard = store.shardOf(hash);
    store.lockShard(shard);
    try {
      if (!store.putLocked(shard, hash, key, value)) throw new StoreFullError(shard, store.size);
      const nowMs = this.#clock.nowMs();
      if (this.#ledger.dirtySinceMs(shard) === 0) this.#ledger.markDirty(shard, nowMs);
      if (nowMs - this.#ledger.writtenAtMs(shard) >= this.#periodMs) this.#writer.writeShard(shard);
    } finally {
      store.unlockShard(shard);
    }
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#store.get(key, out);
  }
}

/** The asynchronous policy: a put queues a snapshot of its shard, and waits while the queue is full. */
export class AsynchronousBackend implements Backend {
  readonly #store: SharedStore;
  readonly #codec: Codec;
  readonly #queue: SnapshotQueue;
  readonly #clock: Clock;
  readonly #scratch = new OutputBuffer();

  constructor(parts: { store: SharedStore; codec: Codec; queue: SnapshotQueue; clock: Clock }) {
    this.#store = parts.store;
    this.#codec = parts.codec;
    this.#queue = parts.queue;
    this.#clock = parts.clock;
  }

  /** @throws {SnapshotTooLargeError} when the shard's snapshot exceeds the queue's memory */
  put(key: PaddedBytes, value: PaddedBytes): void {
    const store = this.#store;
    const hash = hashKey(key.words, key.length);
    const shard = store.shardOf(hash);
    store.lockShard(shard);
    try {
      if (!store.putLocked(shard, hash, key, value)) throw new StoreFullError(shard, store.size);
      const view = store.viewShard(shard);
      const length = this.#codec.encode(view, this.#scratch);
      const { bytes } = this.#scratch;
      this.#queue.put({ shard, version: view.version, bytes, length, putAtMs: this.#clock.nowMs() });
    } finally {
      store.unlockShard(shard);
    }
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#store.get(key, out);
  }
}

/** The periodic policy: a put touches memory only, and notes when it is the first that its shard's file lacks. */
export class PeriodicBackend implements Backend {
  readonly #store: SharedStore;
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(parts: { store: SharedStore; ledger: Ledger; clock: Clock }) {
    this.#store = parts.store;
    this.#ledger = parts.ledger;
    this.#clock = parts.clock;
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    const store = this.#store;
    const hash = hashKey(key.words, key.length);
    const shard = store.shardOf(hash);
    store.lockShard(shard);
    const stored = store.putLocked(shard, hash, key, value);
    // The clock costs as much as the put, but is looked at only once per shard and sweep.
    if (stored && this.#ledger.dirtySinceMs(shard) === 0) this.#ledger.markDirty(shard, this.#clock.nowMs());
    store.unlockShard(shard);
    if (!stored) throw new StoreFullError(shard, store.size);
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#store.get(key, out);
  }
}
