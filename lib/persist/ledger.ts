/**
 * Room of the ledger: what of each shard has been persisted, and since when something has not.
 *
 * @module
 */
import { LINE_BYTES, LINE_DOUBLES } from "../sync/layout.ts";
import type { Side } from "./shard_file.ts";

/** What {@linkcode Ledger.attach} needs; structured-cloneable. */
export interface LedgerHandle {
  readonly buffer: SharedArrayBuffer;
}

const ROW_DOUBLES = LINE_DOUBLES;
const WRITTEN_VERSION = 0;
const WRITTEN_AT = 1;
const SYNCED_VERSION = 2;
const DIRTY_SINCE = 3;
const TAKEN_SINCE = 4;
const SYNCING_SINCE = 5;
const SIDE = 6;

/** The sides by their number in a row; 0 stands for a shard's only file, or none. */
const SIDES: readonly (Side | undefined)[] = [undefined, "a", "b"];

/**
 * Per shard, what the file system holds, and how old the oldest put is that it does not hold.
 *
 * Layout: one cache line of 64-bit floats per shard:
 *
 * | | |
 * |---|---|
 * | 0 | the version in the file system, which survives a crash of the process |
 * | 1 | when it was written |
 * | 2 | the version synced to the device, which survives a power loss |
 * | 3 | when the first put was made that no snapshot holds yet; 0: there is none |
 * | 4 | when the first put was made that only the snapshot being written holds; 0: none is being written |
 * | 5 | when the first put was made that only the newest snapshot holds, while that one is not synced; 0: it is |
 * | 6 | which of its two files holds the version in the file system, where it alternates |
 *
 * Behind them one more line, whose first float is 1 after a write or a sync of any shard has failed, and 0 before.
 *
 * Times are in milliseconds of the run's clock, and above 0.
 *
 * Invariant 1: 3 is written by the holder of the shard's lock; the others by whoever writes the shard's file, and nobody
 * else at that time: under the synchronous policy the holder of the shard's lock, else the file worker.
 * Invariant 2: a version is recorded only after its snapshot is completely in place (or synced), so what the ledger says
 * is persisted is; a failure leaves the shard dirty.
 * Others may read at any time; what they read was true a moment ago.
 */
export class Ledger {
  readonly #doubles: Float64Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#doubles = new Float64Array(buffer);
  }

  /** A ledger in which no shard has been written: each is at version 0 since time 0. */
  static create(shards: number): Ledger {
    return new Ledger(new SharedArrayBuffer((shards + 1) * LINE_BYTES));
  }

  static attach(handle: LedgerHandle): Ledger {
    return new Ledger(handle.buffer);
  }

  handle(): LedgerHandle {
    return { buffer: this.#doubles.buffer };
  }

  /** The version of the shard that the file system holds. */
  writtenVersion(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + WRITTEN_VERSION]!;
  }

  /** When the shard was last written. */
  writtenAtMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + WRITTEN_AT]!;
  }

  /** The version of the shard that is synced to the device. */
  syncedVersion(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + SYNCED_VERSION]!;
  }

  /** Which of its two files holds the shard's written version; `undefined` where there are not two, or none yet. */
  side(shard: number): Side | undefined {
    return SIDES[this.#doubles[shard * ROW_DOUBLES + SIDE]!];
  }

  /** When the first put was made that no snapshot holds yet; 0 when there is none. */
  dirtySinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + DIRTY_SINCE]!;
  }

  /** When the first put was made that only the snapshot being written holds; 0 when none is being written. */
  takenSinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + TAKEN_SINCE]!;
  }

  /** When the first put was made that only the newest snapshot holds, while that one is not synced; 0 when it is. */
  syncingSinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + SYNCING_SINCE]!;
  }

  /** Records that the shard, which was not dirty, has a put that no snapshot holds. */
  markDirty(shard: number, nowMs: number): void {
    this.#doubles[shard * ROW_DOUBLES + DIRTY_SINCE] = nowMs;
  }

  /**
   * Records that a snapshot holds all puts of the shard so far, and is about to be written.
   *
   * @returns when the first of them was made; 0 when the shard was not dirty
   */
  take(shard: number): number {
    const row = shard * ROW_DOUBLES;
    const sinceMs = this.#doubles[row + DIRTY_SINCE]!;
    this.markTaken(shard, sinceMs);
    this.#doubles[row + DIRTY_SINCE] = 0;
    return sinceMs;
  }

  /** Records that a snapshot is about to be written whose first put, of those that no file holds, was made then. */
  markTaken(shard: number, sinceMs: number): void {
    this.#doubles[shard * ROW_DOUBLES + TAKEN_SINCE] = sinceMs;
  }

  /** Records that the file system holds this version of the shard, on this side of its two files if it has two. */
  recordWritten(shard: number, written: { version: number; atMs: number; side?: Side | undefined }): void {
    const row = shard * ROW_DOUBLES;
    this.#doubles[row + WRITTEN_VERSION] = written.version;
    this.#doubles[row + WRITTEN_AT] = written.atMs;
    this.#doubles[row + SIDE] = SIDES.indexOf(written.side);
    this.#doubles[row + SYNCING_SINCE] = this.#doubles[row + TAKEN_SINCE]!;
    this.#doubles[row + TAKEN_SINCE] = 0;
  }

  /** Records that this version of the shard, the one written or one before, is synced to the device. */
  recordSynced(shard: number, version: number): void {
    const row = shard * ROW_DOUBLES;
    this.#doubles[row + SYNCED_VERSION] = version;
    if (version === this.#doubles[row + WRITTEN_VERSION]!) this.#doubles[row + SYNCING_SINCE] = 0;
  }

  /** Whether a write or a sync has failed. */
  get hasFailed(): boolean {
    return this.#doubles[this.#doubles.length - LINE_DOUBLES] === 1;
  }

  /** Records that a write or a sync has failed: nobody may touch the files, or call anything synced, any more. */
  recordFailed(): void {
    this.#doubles[this.#doubles.length - LINE_DOUBLES] = 1;
  }
}
