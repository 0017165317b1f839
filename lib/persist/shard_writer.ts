/**
 * Room of the shard writer: from a shard in memory to its file, with the ledger kept.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { OutputBuffer } from "../codec/output_buffer.ts";
import type { SharedStore } from "../store/shared_store.ts";
import type { Clock } from "../sync/clock.ts";
import type { Ledger } from "./ledger.ts";
import { replaceFile, shardFileName } from "./shard_file.ts";

/** What a thread has written. */
export interface WriteCounts {
  readonly snapshotsWritten: number;
  readonly bytesWritten: number;
}

/** Writes one thread's snapshots and records them in the ledger, each after it is completely in place. */
export class ShardWriter {
  readonly #store: SharedStore;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #codec: Codec;
  readonly #paths: readonly string[];
  readonly #scratch = new OutputBuffer();
  #snapshotsWritten = 0;
  #bytesWritten = 0;

  /** @param options `directory` is where the shard files are */
  constructor(options: { store: SharedStore; ledger: Ledger; clock: Clock; codec: Codec; directory: string }) {
    this.#store = options.store;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#codec = options.codec;
    const { shards } = options.store.size;
    this.#paths = Array.from(
      { length: shards },
      (_, shard) => `${options.directory}/${shardFileName(shard, shards, options.codec.name)}`,
    );
  }

  get counts(): WriteCounts {
    return { snapshotsWritten: this.#snapshotsWritten, bytesWritten: this.#bytesWritten };
  }

  /**
   * Replaces a shard's file by a snapshot.
   *
   * @throws {PersistError} when that fails; the previous file is whole then, and the ledger is as before
   */
  write(shard: number, version: number, bytes: Uint8Array): void {
    replaceFile(this.#paths[shard]!, bytes);
    this.#ledger.recordWritten(shard, version, this.#clock.nowMs());
    this.#snapshotsWritten++;
    this.#bytesWritten += bytes.length;
  }

  /** Encodes a shard as it is and writes it. The caller holds the shard's lock, or knows that nobody writes to it. */
  writeShard(shard: number): void {
    const view = this.#store.viewShard(shard);
    const length = this.#codec.encode(view, this.#scratch);
    this.write(shard, view.version, this.#scratch.bytes.subarray(0, length));
  }

  /** Writes every shard whose file is older than its memory. Nobody puts any more. */
  writeDirtyShards(): void {
    for (let shard = 0; shard < this.#store.size.shards; shard++) {
      if (this.isDirty(shard)) this.writeShard(shard);
    }
  }

  /** Whether the shard has acknowledged puts that its file lacks. */
  isDirty(shard: number): boolean {
    return this.#store.version(shard) > this.#ledger.writtenVersion(shard);
  }
}
