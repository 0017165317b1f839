/**
 * Counts of what each writing thread has written, readable by all.
 *
 * @module
 */
import { type BucketCounts, countDuration, HISTOGRAM_BUCKETS } from "../metrics/histogram.ts";
import { LINE_DOUBLES } from "../sync/layout.ts";

/** What {@linkcode WriteMeter.attach} needs; structured-cloneable. */
export interface WriteMeterHandle {
  readonly buffer: SharedArrayBuffer;
}

/** What has been written. */
export interface WriteTotals {
  readonly snapshotsWritten: number;
  /** Queued snapshots that were never written because a newer one of their shard was. */
  readonly snapshotsSuperseded: number;
  readonly blocksWritten: number;
  readonly recordsWritten: number;
  /** Completed checkpoints of logs. */
  readonly checkpoints: number;
  /** Calls of fdatasync or fsync on a file. */
  readonly syncs: number;
  /** Bytes of all of these. */
  readonly bytesWritten: number;
}

/** Totals before anything is written. */
export const NO_WRITES = {
  snapshotsWritten: 0,
  snapshotsSuperseded: 0,
  blocksWritten: 0,
  recordsWritten: 0,
  checkpoints: 0,
  syncs: 0,
  bytesWritten: 0,
} satisfies WriteTotals;

/** The position of each count in a writer's line. */
const COUNTS: Readonly<Record<keyof WriteTotals, number>> = {
  snapshotsWritten: 0,
  snapshotsSuperseded: 1,
  blocksWritten: 2,
  recordsWritten: 3,
  checkpoints: 4,
  syncs: 5,
  bytesWritten: 6,
};
const TIMES = LINE_DOUBLES;
const WRITER_DOUBLES = TIMES + HISTOGRAM_BUCKETS;

/** The file worker's number as a writer; load thread `t` is writer `t` + 1. */
export const FILE_WRITER = 0;

/**
 * Counts what the writers of a run have written.
 *
 * Layout, in 64-bit floats: for each writer a line of counts, then a histogram of the nanoseconds from a shard's first
 * unpersisted put to its completed write.
 *
 * Invariant: a writer's part is written by its thread alone, and its counts only ever grow. Others may read it at any
 * time; what they read was true a moment ago.
 */
export class WriteMeter {
  readonly #doubles: Float64Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#doubles = new Float64Array(buffer);
  }

  /** A meter for this many writers, with all counts at zero. */
  static create(writers: number): WriteMeter {
    return new WriteMeter(new SharedArrayBuffer(writers * WRITER_DOUBLES * Float64Array.BYTES_PER_ELEMENT));
  }

  static attach(handle: WriteMeterHandle): WriteMeter {
    return new WriteMeter(handle.buffer);
  }

  handle(): WriteMeterHandle {
    return { buffer: this.#doubles.buffer };
  }

  /** One writer's part, for its thread to count in. */
  writer(writer: number): WriterMeter {
    return new WriterMeter(this.#doubles.subarray(writer * WRITER_DOUBLES, (writer + 1) * WRITER_DOUBLES));
  }

  /** What all writers together have written. */
  get totals(): WriteTotals {
    const totals: { -readonly [name in keyof WriteTotals]: number } = { ...NO_WRITES };
    for (let at = 0; at < this.#doubles.length; at += WRITER_DOUBLES) {
      for (const name of COUNT_NAMES) totals[name] += this.#doubles[at + COUNTS[name]]!;
    }
    return totals;
  }

  /** The writers' histograms, in nanoseconds. */
  get timesToPersist(): BucketCounts[] {
    const writers = this.#doubles.length / WRITER_DOUBLES;
    return Array.from({ length: writers }, (_, writer) => this.writer(writer).timeToPersist);
  }
}

/** One writer's part of a {@linkcode WriteMeter}. */
export class WriterMeter {
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  /** From a shard's first unpersisted put to its completed write, in nanoseconds. */
  readonly timeToPersist: BucketCounts;

  constructor(doubles: Float64Array<SharedArrayBuffer>) {
    this.#doubles = doubles;
    this.timeToPersist = doubles.subarray(TIMES);
  }

  get snapshotsWritten(): number {
    return this.#doubles[COUNTS.snapshotsWritten]!;
  }

  get bytesWritten(): number {
    return this.#doubles[COUNTS.bytesWritten]!;
  }

  /** Counts a snapshot written. */
  countSnapshot(sizeBytes: number): void {
    this.#count(COUNTS.snapshotsWritten, 1);
    this.#count(COUNTS.bytesWritten, sizeBytes);
  }

  /** Counts blocks written, and their bytes. */
  countBlocks(blocks: number, sizeBytes: number): void {
    this.#count(COUNTS.blocksWritten, blocks);
    this.#count(COUNTS.bytesWritten, sizeBytes);
  }

  /** Counts log records written, and their bytes. */
  countRecords(records: number, sizeBytes: number): void {
    this.#count(COUNTS.recordsWritten, records);
    this.#count(COUNTS.bytesWritten, sizeBytes);
  }

  /** Counts bytes that belong to none of the other items, such as a checkpoint's parts, or zeros. */
  countBytes(sizeBytes: number): void {
    this.#count(COUNTS.bytesWritten, sizeBytes);
  }

  /** Counts a completed checkpoint. */
  countCheckpoint(): void {
    this.#count(COUNTS.checkpoints, 1);
  }

  countSync(): void {
    this.#count(COUNTS.syncs, 1);
  }

  /** Counts the time to persist of what was written last, in milliseconds. */
  countTimeToPersist(durationMs: number): void {
    countDuration(this.timeToPersist, durationMs);
  }

  /** Counts queued snapshots that were dropped. */
  countSuperseded(snapshots: number): void {
    this.#count(COUNTS.snapshotsSuperseded, snapshots);
  }

  #count(index: number, by: number): void {
    this.#doubles[index]! += by;
  }
}

const COUNT_NAMES = Object.keys(COUNTS) as (keyof WriteTotals)[];
