/**
 * Where each log ends: the state of its segments and checkpoint that all threads that write it share.
 *
 * @module
 */
import { LINE_BYTES, LINE_DOUBLES } from "../../../sync/layout.ts";

/** What {@linkcode LogEnds.attach} needs; structured-cloneable. */
export interface LogEndsHandle {
  readonly buffer: SharedArrayBuffer;
}

/** The state of one log. */
export interface LogEnd {
  /** The open segment, or the last one if none is open; 0 when there has never been one. */
  segment: number;
  /** Where its records end. */
  offset: number;
  /** How far the segment is preallocated; 0 when none is open for writing. */
  allocated: number;
  /** The oldest segment that still exists; at most `segment` + 1. */
  firstSegment: number;
  /** The segment number of the newest checkpoint; 0 when there is none. */
  checkpoint: number;
  /** Bytes of that checkpoint. */
  checkpointBytes: number;
  /** Bytes of records that are not in the newest checkpoint. */
  logBytes: number;
}

const ROW_DOUBLES = LINE_DOUBLES;
const SEGMENT = 0;
const OFFSET = 1;
const ALLOCATED = 2;
const FIRST_SEGMENT = 3;
const CHECKPOINT = 4;
const CHECKPOINT_BYTES = 5;
const LOG_BYTES = 6;
const SYNCED = 7;

/**
 * Layout: one cache line of 64-bit floats for each log: {@linkcode LogEnd}'s members in their order, then up to where
 * the open segment is known to be synced.
 *
 * Invariant: a log's line changes only under its lock, and only after the file system holds what it says. Others may
 * read it at any time; what they read was true a moment ago.
 */
export class LogEnds {
  readonly #doubles: Float64Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#doubles = new Float64Array(buffer);
  }

  /** The ends of empty logs. */
  static create(logs: number): LogEnds {
    const ends = new LogEnds(new SharedArrayBuffer(logs * LINE_BYTES));
    for (let log = 0; log < logs; log++) ends.#doubles[log * ROW_DOUBLES + FIRST_SEGMENT] = 1;
    return ends;
  }

  static attach(handle: LogEndsHandle): LogEnds {
    return new LogEnds(handle.buffer);
  }

  handle(): LogEndsHandle {
    return { buffer: this.#doubles.buffer };
  }

  /** Sets the whole state of a log. */
  set(log: number, end: LogEnd): void {
    const row = log * ROW_DOUBLES;
    const doubles = this.#doubles;
    doubles[row + SEGMENT] = end.segment;
    doubles[row + OFFSET] = end.offset;
    doubles[row + ALLOCATED] = end.allocated;
    doubles[row + FIRST_SEGMENT] = end.firstSegment;
    doubles[row + CHECKPOINT] = end.checkpoint;
    doubles[row + CHECKPOINT_BYTES] = end.checkpointBytes;
    doubles[row + LOG_BYTES] = end.logBytes;
  }

  segment(log: number): number {
    return this.#doubles[log * ROW_DOUBLES + SEGMENT]!;
  }

  offset(log: number): number {
    return this.#doubles[log * ROW_DOUBLES + OFFSET]!;
  }

  allocated(log: number): number {
    return this.#doubles[log * ROW_DOUBLES + ALLOCATED]!;
  }

  firstSegment(log: number): number {
    return this.#doubles[log * ROW_DOUBLES + FIRST_SEGMENT]!;
  }

  checkpoint(log: number): number {
    return this.#doubles[log * ROW_DOUBLES + CHECKPOINT]!;
  }

  checkpointBytes(log: number): number {
    return this.#doubles[log * ROW_DOUBLES + CHECKPOINT_BYTES]!;
  }

  logBytes(log: number): number {
    return this.#doubles[log * ROW_DOUBLES + LOG_BYTES]!;
  }

  /** Up to where the open segment is known to be synced. */
  synced(log: number): number {
    return this.#doubles[log * ROW_DOUBLES + SYNCED]!;
  }

  /** Records that all of the open segment has been synced. */
  recordSynced(log: number): void {
    this.#doubles[log * ROW_DOUBLES + SYNCED] = this.offset(log);
  }

  /** Records that a new segment is open, with a header of this many bytes, of which this many are synced. */
  open(log: number, segment: number, headerBytes: number, syncedBytes: number): void {
    const row = log * ROW_DOUBLES;
    this.#doubles[row + SYNCED] = syncedBytes;
    this.#doubles[row + SEGMENT] = segment;
    this.#doubles[row + OFFSET] = headerBytes;
    this.#doubles[row + ALLOCATED] = headerBytes;
  }

  /** Records how far the open segment is preallocated. */
  allocate(log: number, allocated: number): void {
    this.#doubles[log * ROW_DOUBLES + ALLOCATED] = allocated;
  }

  /** Records that this many bytes of records have been appended. */
  advance(log: number, bytes: number): void {
    this.#doubles[log * ROW_DOUBLES + OFFSET]! += bytes;
    this.#doubles[log * ROW_DOUBLES + LOG_BYTES]! += bytes;
  }

  /** Records a new checkpoint, which includes `coveredBytes` of records that the previous one lacked. */
  checkpointed(log: number, segment: number, sizeBytes: number, coveredBytes: number): void {
    const row = log * ROW_DOUBLES;
    this.#doubles[row + FIRST_SEGMENT] = segment;
    this.#doubles[row + CHECKPOINT] = segment;
    this.#doubles[row + CHECKPOINT_BYTES] = sizeBytes;
    this.#doubles[row + LOG_BYTES]! -= coveredBytes;
  }
}
