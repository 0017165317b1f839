/**
 * Writes checkpoints of logs while the load runs, one shard at a time.
 *
 * @module
 */
import type { Codec } from "../../../codec/codec.ts";
import { OutputBuffer } from "../../../codec/output_buffer.ts";
import { ShardCopy } from "../../../store/shard_copy.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import { removeFile } from "../../../system/file_io.ts";
import type { FileLocks } from "../../file_locks.ts";
import type { SyncName } from "../../durability.ts";
import type { WriterMeter } from "../../write_meter.ts";
import { CheckpointFile } from "./checkpoint_file.ts";
import type { LogEnds } from "./log_ends.ts";
import { logFileName } from "./log_file_name.ts";
import type { SegmentFiles } from "./segment_files.ts";

/** What a {@linkcode CheckpointWriter} works with. */
export interface CheckpointWriterParts {
  readonly store: SharedStore;
  readonly codec: Codec;
  readonly locks: FileLocks;
  readonly ends: LogEnds;
  readonly segments: SegmentFiles;
  readonly meter: WriterMeter;
  readonly directory: string;
  readonly logs: number;
  readonly shardsPerLog: number;
  readonly sync: SyncName;
  /**
   * A log has outgrown its checkpoint when it has more bytes of records than this and than twice the checkpoint's size.
   */
  readonly logBytes: number;
  /** Whether a thread that holds a shard's lock may be waiting for the file worker to make room in its queue. */
  readonly lockHoldersWait: boolean;
}

/** A checkpoint in progress. */
interface Work {
  readonly log: number;
  readonly segment: number;
  /** Bytes of records in the segments before this one. */
  readonly coveredBytes: number;
  readonly file: CheckpointFile;
  /** The next shard to write. */
  shard: number;
}

/** How many logs a search for one that has outgrown its checkpoint looks at. */
const SEARCHED_LOGS = 1024;

/**
 * Writes one checkpoint at a time.
 *
 * It first begins a new segment, under the log's lock. Then it copies shard after shard, each under the shard's lock
 * alone, so a shard's copy includes every record of that shard in the earlier segments. The file has a temporary name
 * until it is complete (and synced, at levels above none); only then are the older segments removed. Whenever the
 * process dies, the log has either its old checkpoint and all segments since, or its new one and all segments since.
 */
export class CheckpointWriter {
  readonly #parts: CheckpointWriterParts;
  readonly #copy = new ShardCopy();
  readonly #out = new OutputBuffer();
  #work: Work | undefined;
  /** The log at which the next search begins. */
  #searched = 0;

  constructor(parts: CheckpointWriterParts) {
    this.#parts = parts;
  }

  /**
   * Does a piece of a checkpoint, if one is due; takes the log's lock and its shards'. If the holder of a shard's lock
   * may be waiting for this thread, that shard's piece is left for a later call.
   *
   * @returns whether there was anything to do
   * @throws {PersistError} when that fails; the log is as it was
   */
  work(): boolean {
    const { locks } = this.#parts;
    const work = this.#work;
    if (work === undefined) {
      const log = this.#search();
      if (log < 0) return false;
      locks.lock(log);
      try {
        this.#work = this.#begin(log);
      } finally {
        locks.unlock(log);
      }
      return true;
    }
    try {
      if (work.shard < (work.log + 1) * this.#parts.shardsPerLog) {
        if (this.#lock(work.shard)) this.#writeShard(work);
        return true;
      }
      this.#work = undefined;
      work.file.complete();
      locks.lock(work.log);
      try {
        this.#install(work);
      } finally {
        locks.unlock(work.log);
      }
      return true;
    } catch (error) {
      this.#work = undefined;
      work.file.abandon();
      throw error;
    }
  }

  /**
   * Writes a log's whole checkpoint. The caller holds the log's lock, and nobody may put meanwhile.
   *
   * @throws {PersistError} when that fails; the log is as it was
   */
  writeWhole(log: number): void {
    const work = this.#begin(log);
    try {
      while (work.shard < (log + 1) * this.#parts.shardsPerLog) {
        this.#parts.store.lockShard(work.shard);
        this.#writeShard(work);
      }
      work.file.complete();
    } catch (error) {
      work.file.abandon();
      throw error;
    }
    this.#install(work);
  }

  /** Drops the checkpoint in progress, if there is one. */
  abandon(): void {
    this.#work?.file.abandon();
    this.#work = undefined;
  }

  /** A log that has outgrown its checkpoint; -1 when there is none among those looked at. */
  #search(): number {
    const { ends, logs, logBytes } = this.#parts;
    for (let i = Math.min(SEARCHED_LOGS, logs); i > 0; i--) {
      const log = this.#searched;
      this.#searched = log + 1 < logs ? log + 1 : 0;
      if (ends.logBytes(log) > Math.max(logBytes, 2 * ends.checkpointBytes(log))) return log;
    }
    return -1;
  }

  #begin(log: number): Work {
    const { ends, segments, directory, logs, shardsPerLog, store, codec, sync } = this.#parts;
    const coveredBytes = ends.logBytes(log);
    const segment = segments.rotate(log);
    const identity = { log, logs, shards: store.size.shards, segment };
    const file = new CheckpointFile({ directory, identity, serializer: codec.name, sync });
    return { log, segment, coveredBytes, file, shard: log * shardsPerLog };
  }

  /**
   * Takes a shard's lock; returns whether it got it. Does not wait if the lock's holder may itself be waiting for this
   * thread.
   */
  #lock(shard: number): boolean {
    const { store, lockHoldersWait } = this.#parts;
    if (lockHoldersWait) return store.tryLockShard(shard);
    store.lockShard(shard);
    return true;
  }

  /** Writes the next shard. Its lock is held, and released as soon as the shard has been copied. */
  #writeShard(work: Work): void {
    const { store, codec } = this.#parts;
    try {
      this.#copy.copy(store.viewShard(work.shard));
    } finally {
      store.unlockShard(work.shard);
    }
    const length = codec.encode(this.#copy.view, this.#out);
    work.file.append(this.#out.bytes.subarray(0, length));
    work.shard++;
  }

  /** Makes a complete checkpoint the log's newest, and removes what it replaces. Called under the log's lock. */
  #install({ log, segment, coveredBytes, file }: Work): void {
    const { ends, meter, segments, directory, logs, codec } = this.#parts;
    const firstBefore = ends.firstSegment(log);
    const checkpointBefore = ends.checkpoint(log);
    ends.checkpointed(log, segment, file.bytes, coveredBytes);
    meter.countBytes(file.bytes);
    meter.countCheckpoint();
    for (let old = firstBefore; old < segment; old++) segments.recycle(log, old);
    if (checkpointBefore === 0) return;
    const name = { log, logs, segment: checkpointBefore, isCheckpoint: true, serializer: codec.name };
    removeFile(`${directory}/${logFileName(name)}`);
  }
}
