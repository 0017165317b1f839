/**
 * Room of the write meters: what each writing thread has written, where everyone can read it.
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
  /** Queued snapshots that were never written, because a newer one of their shard was. */
  readonly snapshotsSuperseded: number;
  readonly bytesWritten: number;
}

const SNAPSHOTS = 0;
const SUPERSEDED = 1;
const BYTES = 2;
const TIMES = LINE_DOUBLES;
const WRITER_DOUBLES = TIMES + HISTOGRAM_BUCKETS;

/** The file worker's number as a writer; load thread `t` is writer `t` + 1. */
export const FILE_WRITER = 0;

/**
 * What the writers of a run have written.
 *
 * Layout, in 64-bit floats: for each writer a line with the snapshots written, those superseded and the bytes written,
 * then a histogram of the nanoseconds from a shard's first unpersisted put to its completed write.
 *
 * Invariant: a writer's part is written by its thread alone, and only ever grows. Others may read it at any time; what
 * they read was true a moment ago.
 */
export class WriteMeter {
  readonly #doubles: Float64Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#doubles = new Float64Array(buffer);
  }

  /** The meter of so many writers, none of which has written anything. */
  static create(writers: number): WriteMeter {
    return new WriteMeter(new SharedArrayBuffer(writers * WRITER_DOUBLES * Float64Array.BYTES_PER_ELEMENT));
  }

  static attach(handle: WriteMeterHandle): WriteMeter {
    return new WriteMeter(handle.buffer);
  }

  handle(): WriteMeterHandle {
    return { buffer: this.#doubles.buffer };
  }

  /** The part of one writer, for its thread to count in. */
  writer(writer: number): WriterMeter {
    return new WriterMeter(this.#doubles.subarray(writer * WRITER_DOUBLES, (writer + 1) * WRITER_DOUBLES));
  }

  /** What all writers together have written. */
  get totals(): WriteTotals {
    let snapshotsWritten = 0, snapshotsSuperseded = 0, bytesWritten = 0;
    for (let at = 0; at < this.#doubles.length; at += WRITER_DOUBLES) {
      snapshotsWritten += this.#doubles[at + SNAPSHOTS]!;
      snapshotsSuperseded += this.#doubles[at + SUPERSEDED]!;
      bytesWritten += this.#doubles[at + BYTES]!;
    }
    return { snapshotsWritten, snapshotsSuperseded, bytesWritten };
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
    return this.#doubles[SNAPSHOTS]!;
  }

  get bytesWritten(): number {
    return this.#doubles[BYTES]!;
  }

  /** Counts a snapshot written. */
  countWritten(sizeBytes: number): void {
    this.#doubles[SNAPSHOTS]!++;
    this.#doubles[BYTES]! += sizeBytes;
  }

  /** Counts the time to persist of the snapshot written last, in milliseconds. */
  countTimeToPersist(durationMs: number): void {
    countDuration(this.timeToPersist, durationMs);
  }

  /** Counts queued snapshots that were dropped. */
  countSuperseded(snapshots: number): void {
    this.#doubles[SUPERSEDED]! += snapshots;
  }
}
