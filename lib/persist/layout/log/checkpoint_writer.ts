/**
 * Writes checkpoints of logs while the load runs, one shard at a time.
 *
 * @module
 */
import type { Codec } from "../../../codec/codec.ts";
import { OutputBuffer } from "../../../codec/output_buffer.ts";
import { ShardCopy } from "../../../store/shard_copy.ts";
import { removeFile } from "../../../system/file_io.ts";
import type { FileLocks } from "../../file_locks.ts";
import type { SyncName } from "../../durability.ts";
import type { WriterMeter } from "../../write_meter.ts";
import { CheckpointFile } from "./checkpoint_file.ts";
import { Crowding, type CrowdingParts } from "./crowding.ts";
import { logFileName } from "./log_file_name.ts";
import type { SegmentFiles } from "./segment_files.ts";

/** What a {@linkcode CheckpointWriter} works with. */
export interface CheckpointWriterParts extends CrowdingParts {
  readonly codec: Codec;
  readonly locks: FileLocks;
  readonly segments: SegmentFiles;
  readonly meter: WriterMeter;
  readonly directory: string;
  readonly sync: SyncName;
  /** Whether a thread that holds a shard's lock may be waiting for the file worker to make room in its queue. */
  readonly lockHoldersWait: boolean;
}

/** A checkpoint in progress. */
interface Work {
  readonly log: number;
  readonly segment: number;
  /** Bytes of records in the segments before this one. */
  readonly coveredBytes: number;
  /** How many bytes the log will take less than it does when the work begins. */
  readonly gainBytes: number;
  readonly file: CheckpointFile;
  /** The next shard to write. */
  shard: number;
  /** Entries written. */
  entries: number;
}

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
  /** Created when it is first needed, which it is in one thread only. */
  #crowding: Crowding | undefined;

  constructor(parts: CheckpointWriterParts) {
    this.#parts = parts;
  }

  /** About how many bytes of records the logs have between checkpoints; 0 if that is not known yet. */
  get roomBytes(): number {
    return this.#crowding?.roomBytes ?? 0;
  }

  /**
   * Whether checkpoints lag behind what is written, so that the directory grows: whoever writes should leave them more
   * time. A checkpoint under way counts as far as it has got.
   */
  get isBehind(): boolean {
    const work = this.#work;
    const crowding = this.#crowding;
    if (crowding === undefined) return false;
    if (work === undefined) return crowding.dueLog() >= 0 && crowding.isCrowded(0);
    const { log, shard, gainBytes } = work;
    const { shardsPerLog } = this.#parts;
    crowding.look(log);
    return crowding.isCrowded(gainBytes * (shard - log * shardsPerLog) / shardsPerLog);
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
      this.#crowding ??= new Crowding(this.#parts);
      const log = this.#crowding.dueLog();
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

  #begin(log: number): Work {
    const { ends, segments, directory, logs, shardsPerLog, store, codec, sync } = this.#parts;
    const coveredBytes = ends.logBytes(log);
    const segment = segments.rotate(log);
    const identity = { log, logs, shards: store.size.shards, segment };
    const file = new CheckpointFile({ directory, identity, serializer: codec.name, sync });
    const gainBytes = this.#crowding?.gain(log) ?? 0;
    return { log, segment, coveredBytes, gainBytes, file, shard: log * shardsPerLog, entries: 0 };
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
    work.entries += this.#copy.view.count;
    work.shard++;
  }

  /** Makes a complete checkpoint the log's newest, and removes what it replaces. Called under the log's lock. */
  #install({ log, segment, coveredBytes, file, entries }: Work): void {
    const { ends, meter, segments, directory, logs, codec } = this.#parts;
    const firstBefore = ends.firstSegment(log);
    const checkpointBefore = ends.checkpoint(log);
    ends.checkpointed(log, segment, file.bytes, coveredBytes);
    this.#crowding?.checkpointed(log, entries);
    meter.countBytes(file.bytes);
    meter.countCheckpoint();
    for (let old = firstBefore; old < segment; old++) segments.recycle(log, old);
    if (checkpointBefore === 0) return;
    const name = { log, logs, segment: checkpointBefore, isCheckpoint: true, serializer: codec.name };
    removeFile(`${directory}/${logFileName(name)}`);
  }
}
