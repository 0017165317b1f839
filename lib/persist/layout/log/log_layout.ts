/**
 * The log layout: a write appends one record for each put, and for each delete.
 *
 * @module
 */
import { OutputBuffer } from "../../../codec/output_buffer.ts";
import type { RecordCodec, RecordRun } from "../../../codec/record/record_codec.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import type { FileLocks } from "../../file_locks.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import type { WriterMeter } from "../../write_meter.ts";
import type { Layout } from "../layout.ts";
import type { CheckpointWriter } from "./checkpoint_writer.ts";
import { LogBatch, type LogBatchVisitor } from "./log_batch.ts";
import { MOVED_HEADER_BYTES, type PendingRecords } from "./pending_records.ts";
import type { SegmentFiles } from "./segment_files.ts";

/** What a {@linkcode LogLayout} works with. */
export interface LogLayoutParts {
  readonly store: SharedStore;
  readonly codec: RecordCodec;
  readonly pending: PendingRecords;
  readonly segments: SegmentFiles;
  readonly checkpoints: CheckpointWriter;
  readonly locks: FileLocks;
  readonly meter: WriterMeter;
  readonly logs: number;
  readonly shardsPerLog: number;
  readonly sync: SyncName;
  /** As many bytes of records may always wait; absent if there is no limit. */
  readonly pendingBytesMin?: number | undefined;
}

/** How many logs each search for a segment to prepare looks at. */
const SEARCHED_LOGS = 1024;

/**
 * The most bytes of records that wait, so that no single flush makes the logs much larger: a part of what they may have
 * between checkpoints.
 */
const PENDING_SHARE = 0.5;

/** Encoded records are written in pieces of about this many bytes: few calls, yet still in the cache. */
const PIECE_BYTES = 512 * 1024;

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/**
 * Appends a record for each put and each delete to the log that its shard belongs to.
 *
 * A put copies its record from the arena into shared memory, a delete its key, under the shard's lock; a take detaches
 * the shard's records; encoding, checksums and writing are done without that lock.
 *
 * Invariant 1: a shard's records are in its log in the order of their versions, because each take and its write happen
 * under the log's lock, and items are queued under the shard's.
 * Invariant 2: no record is missing between a log's newest checkpoint and its end: a segment is removed only after a
 * checkpoint that holds all its records has replaced it, and a checkpoint copies each shard after the segment that it
 * names has begun.
 *
 * A prefix of each log survives a crash of the process: of all puts to its shards, and deletes from them, in the order
 * in which they were written, and so of each shard's.
 */
export class LogLayout implements Layout, LogBatchVisitor {
  readonly supersedes = false;
  readonly meter: WriterMeter;
  readonly #parts: LogLayoutParts;
  readonly #store: SharedStore;
  readonly #storeWords: Int32Array<SharedArrayBuffer>;
  readonly #pending: PendingRecords;
  readonly #batch: LogBatch;
  readonly #out = new OutputBuffer(PIECE_BYTES);
  readonly #run: RecordRun;
  /** The log being written, and how much of it is encoded but not yet written. */
  #log = 0;
  #length = 0;
  #records = 0;
  /** The list of detached chunks that have been encoded. */
  #usedHead = 0;
  #usedTail = 0;
  /** The queue's memory by word and by byte, once something from it has been accepted. */
  #queueWords: Int32Array<SharedArrayBuffer> | undefined;
  #queueBytes: DataView<SharedArrayBuffer> | undefined;
  /** The log at which the next search for a segment to prepare begins. */
  #prepared = 0;
  /** The logs of the last write. */
  readonly #written: Int32Array<ArrayBuffer>;
  #writtenCount = 0;

  constructor(parts: LogLayoutParts) {
    const { store, pending, meter, logs, shardsPerLog } = parts;
    this.#parts = parts;
    this.#store = store;
    this.#storeWords = store.words;
    this.#pending = pending;
    this.meter = meter;
    this.#batch = new LogBatch(logs, shardsPerLog);
    this.#written = new Int32Array(logs);
    this.#run = { shard: 0, version: 0, words: pending.words, bytes: pending.bytes, start: 0, end: 0 };
  }

  hasRoom(shard: number, keyLength: number, valueLength: number): boolean {
    return this.#pending.hasRoom(shard, keyLength, valueLength, this.#store);
  }

  note(shard: number, entry: number): void {
    this.#pending.note(shard, this.#storeWords, entry);
  }

  noteDelete(shard: number, entry: number): void {
    this.#pending.noteDelete(shard, this.#storeWords, entry);
  }

  giveBackRoom(shard: number): void {
    this.#pending.giveBackRoom(shard);
  }

  take(shard: number): void {
    const chunk = this.#pending.detach(shard);
    if (chunk !== 0) this.#batch.addChunks(shard, chunk);
  }

  serialize(shard: number, out: OutputBuffer): number {
    return this.#pending.moveOut(shard, out, this.#store.version(shard) + 1);
  }

  accept(shard: number, bytes: Uint8Array): void {
    this.#batch.addBytes(shard, bytes);
  }

  write(): void {
    const batch = this.#batch;
    this.#writtenCount = batch.logCount;
    for (let i = 0; i < batch.logCount; i++) {
      this.#log = batch.log(i);
      this.#written[i] = this.#log;
      this.#length = this.#parts.segments.begin(this.#log, this.#out);
      batch.visit(this.#log, this);
      this.#writePiece();
    }
    batch.clear();
    if (this.#usedHead === 0) return;
    this.#pending.free(this.#usedHead, this.#usedTail);
    this.#usedHead = 0;
  }

  visitChunks(shard: number, head: number): void {
    const pending = this.#pending;
    const run = this.#run;
    run.words = pending.words;
    run.bytes = pending.bytes;
    let tail = head;
    for (let chunk = head; chunk !== 0; chunk = pending.next(chunk)) {
      run.start = pending.start(chunk);
      run.end = pending.end(chunk);
      this.#encode(shard, pending.version(chunk));
      tail = chunk;
    }
    if (this.#usedHead === 0) this.#usedHead = head;
    else pending.join(this.#usedTail, head);
    this.#usedTail = tail;
  }

  visitBytes(shard: number, bytes: Uint8Array): void {
    const buffer = bytes.buffer as SharedArrayBuffer;
    if (this.#queueWords?.buffer !== buffer) {
      this.#queueWords = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / WORD_BYTES));
      this.#queueBytes = new DataView(buffer);
    }
    const run = this.#run;
    run.words = this.#queueWords!;
    run.bytes = this.#queueBytes!;
    run.start = (bytes.byteOffset + MOVED_HEADER_BYTES) / WORD_BYTES;
    run.end = (bytes.byteOffset + bytes.byteLength) / WORD_BYTES;
    this.#encode(shard, run.bytes.getFloat64(bytes.byteOffset, true));
  }

  makeDurable(): boolean {
    const { segments, sync } = this.#parts;
    if (!isSynced(sync)) return false;
    for (let i = 0; i < this.#writtenCount; i++) segments.sync(this.#written[i]!);
    return true;
  }

  rewrite(file: number): void {
    this.#parts.checkpoints.writeWhole(file);
  }

  /** Each write is durable already, and the logs say so; an unfinished checkpoint is dropped. */
  makeAllDurable(): void {
    const { checkpoints, segments } = this.#parts;
    checkpoints.abandon();
    segments.markEnds(this.#out);
    segments.close();
  }

  checkLengths(): void {
    this.#parts.segments.checkLengths();
  }

  abandon(): void {
    try {
      this.#parts.checkpoints.abandon();
      this.#parts.segments.close();
    } catch {
      // The failure that led here is the one to report; the next opening of the directory removes the rest.
    }
  }

  /**
   * Only so many records may wait as the checkpoints can make up for. Where a put that finds no room could not make
   * any, because its records are queued, the queue's depth does that.
   */
  maintain(): boolean {
    const { checkpoints, pendingBytesMin } = this.#parts;
    const hasWorked = this.#prepareSegment() || checkpoints.work();
    if (pendingBytesMin !== undefined) {
      this.#pending.limit(Math.max(pendingBytesMin, PENDING_SHARE * checkpoints.roomBytes));
    }
    return hasWorked;
  }

  get isBehind(): boolean {
    return this.#parts.checkpoints.isBehind;
  }

  /** Prepares the next segment of one log that needs it, if there is any. */
  #prepareSegment(): boolean {
    const { logs, segments, locks } = this.#parts;
    for (let i = Math.min(SEARCHED_LOGS, logs); i > 0; i--) {
      const log = this.#prepared;
      this.#prepared = log + 1 < logs ? log + 1 : 0;
      if (!segments.needsPreparing(log)) continue;
      locks.lock(log);
      try {
        segments.prepare(log);
      } finally {
        locks.unlock(log);
      }
      return true;
    }
    return false;
  }

  #encode(shard: number, version: number): void {
    const run = this.#run;
    run.shard = shard;
    run.version = version;
    this.#length = this.#parts.codec.encode(run, this.#out, this.#length);
    this.#records += run.version - version;
    if (this.#length >= PIECE_BYTES) this.#writePiece();
  }

  #writePiece(): void {
    // Nothing, or nothing but the batch's mark.
    if (this.#records === 0) {
      this.#length = 0;
      return;
    }
    this.#parts.segments.append(this.#log, this.#out.bytes.subarray(0, this.#length));
    this.meter.countRecords(this.#records, this.#length);
    this.#length = 0;
    this.#records = 0;
  }
}
