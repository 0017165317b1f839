/**
 * What a log holds, while its files are read.
 *
 * @module
 */
import type { Codec } from "../../../codec/codec.ts";
import { CorruptSnapshotError } from "../../../codec/snapshot_reader.ts";
import type { RecordReader } from "../../../codec/record/record_codec.ts";
import { EntryTable } from "../../../store/entry_table.ts";
import { hashKey, shardOf } from "../../../store/hash.ts";

/** The entries of a log's shards: those of a checkpoint, and then what records have put and deleted. */
export class LogContent {
  readonly tables: readonly EntryTable[];
  readonly #log: number;
  readonly #shards: number;
  readonly #codec: Codec;
  readonly #firstShard: number;
  /** The version of each of the log's shards in the checkpoint. */
  readonly #checkpointed: Float64Array;

  constructor(log: number, { shards, logs, codec }: { shards: number; logs: number; codec: Codec }) {
    const count = shards / logs;
    this.#log = log;
    this.#shards = shards;
    this.#codec = codec;
    this.#firstShard = log * count;
    this.tables = Array.from({ length: count }, (_, i) => new EntryTable(this.#firstShard + i, shards));
    this.#checkpointed = new Float64Array(count);
  }

  clear(): void {
    for (const table of this.tables) table.clear();
    this.#checkpointed.fill(0);
  }

  /**
   * Takes a shard's entries from a checkpoint.
   *
   * @param index the shard's, in the log
   * @throws {CorruptSnapshotError} when the bytes are not a snapshot of that shard; some entries may have been taken
   */
  readSnapshot(index: number, bytes: Uint8Array<ArrayBuffer>): void {
    const table = this.tables[index]!;
    const reader = this.#codec.read(bytes);
    const { shard, shards, version } = reader.head;
    if (shard !== table.shard || shards !== table.shards) {
      throw new CorruptSnapshotError(`it is shard ${shard} of ${shards}`);
    }
    while (reader.next()) {
      const hash = hashKey(reader.key.words, reader.key.length);
      if (shardOf(hash, shards) !== shard) {
        throw new CorruptSnapshotError(`its key ${JSON.stringify(reader.key.toString())} is of another shard`);
      }
      table.put(hash, reader.key, reader.value);
    }
    table.version = version;
    this.#checkpointed[index] = version;
  }

  /** Applies a record; returns what is wrong with it. */
  apply({ shard, version, key, value, isDelete }: RecordReader): string | undefined {
    const index = shard - this.#firstShard;
    const table = this.tables[index];
    const hash = hashKey(key.words, key.length);
    if (table === undefined) return `is of shard ${shard}, which is not in log ${this.#log}`;
    const owner = shardOf(hash, this.#shards);
    if (owner !== shard) return `is of shard ${shard}, but its key belongs to shard ${owner}`;
    if (version === table.version + 1) {
      if (isDelete) table.delete(hash, key);
      else table.put(hash, key, value);
      table.version = version;
      return undefined;
    }
    if (version >= 1 && version <= this.#checkpointed[index]!) return undefined;
    return `is version ${version} of shard ${shard}, which is at ${table.version}`;
  }
}
