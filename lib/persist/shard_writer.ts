/**
 * Room of the shard writer: from a shard in memory to its file, with the ledger kept.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { OutputBuffer } from "../codec/output_buffer.ts";
import type { SharedStore } from "../store/shared_store.ts";
import { AbortError } from "../sync/abort.ts";
import { BlockedTime } from "../sync/blocked.ts";
import type { Clock } from "../sync/clock.ts";
import type { Ledger } from "./ledger.ts";
import type { SyncName } from "./policy.ts";
import type { Replacement } from "./replace/replacement.ts";
import type { Witness } from "./witness.ts";
import type { WriterMeter } from "./write_meter.ts";

/** What a {@linkcode ShardWriter} works with. */
export interface ShardWriterParts {
  readonly store: SharedStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly codec: Codec;
  readonly replacement: Replacement;
  readonly sync: SyncName;
  readonly meter: WriterMeter;
  /** Told what the ledger calls written, and what it calls synced, where that has to outlive the process. */
  readonly witnesses?: { readonly written: Witness; readonly synced: Witness };
}

/** Writes one thread's snapshots and records them in the ledger, each after it is completely in place. */
export class ShardWriter {
  readonly #parts: ShardWriterParts;
  readonly #scratch = new OutputBuffer();

  constructor(parts: ShardWriterParts) {
    this.#parts = parts;
  }

  /** Time that this thread has spent writing. */
  readonly blocked = new BlockedTime();

  /** What this writer has written. */
  get meter(): WriterMeter {
    return this.#parts.meter;
  }

  /**
   * Replaces a shard's snapshot, and syncs it as far as the level asks. What the ledger calls synced then is this
   * snapshot or, where its rename is not synced, the one before.
   *
   * @param snapshot `sinceMs` is when the first of its puts was made that the file system does not hold; 0: there is none
   * @throws {PersistError} when that fails; the ledger is as before, or, where only syncing failed, does not call the
   * snapshot synced
   * @throws {AbortError} when a write has failed in another thread: what its shard's files hold is unknown, the one to be
   * overwritten may be the last that is durable, and syncing the directory may succeed only because it has failed before
   */
  write(shard: number, snapshot: { version: number; bytes: Uint8Array; sinceMs: number }): void {
    const { ledger } = this.#parts;
    if (ledger.hasFailed) throw new AbortError();
    const startedAtMs = performance.now();
    try {
      this.#replace(shard, snapshot);
      this.blocked.addSince(startedAtMs);
    } catch (error) {
      ledger.recordFailed();
      throw error;
    }
  }

  #replace(shard: number, { version, bytes, sinceMs }: { version: number; bytes: Uint8Array; sinceMs: number }): void {
    const { ledger, clock, replacement, sync, meter, witnesses } = this.#parts;
    const versionBefore = ledger.writtenVersion(shard);
    const side = replacement.replace(shard, bytes, ledger.side(shard));
    const atMs = clock.nowMs();
    ledger.recordWritten(shard, { version, atMs, side });
    witnesses?.written.persisted(shard, version);
    meter.countWritten(bytes.length);
    if (sinceMs > 0) meter.countTimeToPersist(atMs - sinceMs);
    if (sync === "none") return;
    const syncedVersion = replacement.makeDurable(shard, side) ? version : versionBefore;
    if (ledger.hasFailed) throw new AbortError();
    ledger.recordSynced(shard, syncedVersion);
    witnesses?.synced.persisted(shard, syncedVersion);
  }

  /** Encodes a shard as it is and writes it. The caller holds the shard's lock, or knows that nobody writes to it. */
  writeShard(shard: number): void {
    const { store, ledger, codec } = this.#parts;
    const view = store.viewShard(shard);
    const length = codec.encode(view, this.#scratch);
    const bytes = this.#scratch.bytes.subarray(0, length);
    this.write(shard, { version: view.version, bytes, sinceMs: ledger.take(shard) });
  }

  /** Writes a shard as it is now, holding its lock only while encoding it. */
  flushShard(shard: number): void {
    const { store, ledger, codec } = this.#parts;
    store.lockShard(shard);
    const view = store.viewShard(shard);
    const length = codec.encode(view, this.#scratch);
    const { version } = view;
    const sinceMs = ledger.take(shard);
    store.unlockShard(shard);
    this.write(shard, { version, bytes: this.#scratch.bytes.subarray(0, length), sinceMs });
  }

  /** Writes every shard whose file is older than its memory. Nobody puts any more. */
  writeDirtyShards(): void {
    const { store, ledger } = this.#parts;
    for (let shard = 0; shard < store.size.shards; shard++) {
      if (store.version(shard) > ledger.writtenVersion(shard)) this.writeShard(shard);
    }
  }

  /**
   * Makes durable, as far as the sync level asks, every snapshot that any thread has written. Nobody writes any more.
   *
   * @throws {PersistError} when that fails
   */
  makeAllDurable(): void {
    const { store, ledger, replacement, sync } = this.#parts;
    if (sync === "none") return;
    replacement.makeAllDurable();
    for (let shard = 0; shard < store.size.shards; shard++) ledger.recordSynced(shard, ledger.writtenVersion(shard));
  }
}
