/**
 * The ledger: what of each shard has been persisted, and since when something has not.
 *
 * @module
 */
import { LINE_BYTES, LINE_DOUBLES, LINE_WORDS } from "../sync/layout.ts";

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
const ACKNOWLEDGED_VERSION = 6;

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
 * | 3 | when the first put was made that no take has copied yet; 0: there is none |
 * | 4 | when the first put was made that only the write at hand holds; 0: none is being written |
 * | 5 | when the first put was made that has been written and not synced; 0: there is none |
 * | 6 | under the commit policy, the version up to which puts have been acknowledged |
 *
 * Behind them one more line, whose first 32-bit word is 1 after a write or a sync of any shard has failed, and 0 before.
 *
 * Times are in milliseconds of the run's clock, and above 0.
 *
 * Invariant 1: 3 and 6 are written by the holder of the shard's lock; the others by the holder of its file's lock.
 * Invariant 2: a version is recorded only after what holds it is completely in place (or synced), so what the ledger says
 * is persisted is; a failure leaves the shard dirty.
 * Others may read at any time; what they read was true a moment ago. A float is aligned, and no 64-bit machine tears it.
 */
export class Ledger {
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  /** The same memory. */
  readonly #words: Int32Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#doubles = new Float64Array(buffer);
    this.#words = new Int32Array(buffer);
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

  /** The version up to which the shard's puts have been acknowledged; of the commit policy only. */
  acknowledgedVersion(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + ACKNOWLEDGED_VERSION]!;
  }

  /** When the first put was made that no take has copied yet; 0 when there is none. */
  dirtySinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + DIRTY_SINCE]!;
  }

  /** When the first put was made that only the write at hand holds; 0 when none is being written. */
  takenSinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + TAKEN_SINCE]!;
  }

  /** When the first put was made that has been written and not synced; 0 when there is none. */
  syncingSinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + SYNCING_SINCE]!;
  }

  /** Records that the shard, which was not dirty, has a put that no take has copied. */
  markDirty(shard: number, nowMs: number): void {
    this.#doubles[shard * ROW_DOUBLES + DIRTY_SINCE] = nowMs;
  }

  /**
   * Records that all puts of the shard so far have been copied, and are about to be written.
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

  /** Records that a write is about to begin whose first put, of those that no file holds, was made then. */
  markTaken(shard: number, sinceMs: number): void {
    this.#doubles[shard * ROW_DOUBLES + TAKEN_SINCE] = sinceMs;
  }

  /** Records that the file system holds this version of the shard. */
  recordWritten(shard: number, { version, atMs }: { version: number; atMs: number }): void {
    const row = shard * ROW_DOUBLES;
    this.#doubles[row + WRITTEN_VERSION] = version;
    this.#doubles[row + WRITTEN_AT] = atMs;
    this.#doubles[row + SYNCING_SINCE] = this.#doubles[row + TAKEN_SINCE]!;
    this.#doubles[row + TAKEN_SINCE] = 0;
  }

  /** Records that this version of the shard, the one written or one before, is synced to the device. */
  recordSynced(shard: number, version: number): void {
    const row = shard * ROW_DOUBLES;
    this.#doubles[row + SYNCED_VERSION] = version;
    if (version === this.#doubles[row + WRITTEN_VERSION]!) this.#doubles[row + SYNCING_SINCE] = 0;
  }

  /** Records that the shard's puts up to this version have been acknowledged. */
  recordAcknowledged(shard: number, version: number): void {
    const row = shard * ROW_DOUBLES;
    if (version > this.#doubles[row + ACKNOWLEDGED_VERSION]!) this.#doubles[row + ACKNOWLEDGED_VERSION] = version;
  }

  /** Whether a write or a sync has failed. */
  get hasFailed(): boolean {
    return Atomics.load(this.#words, this.#words.length - LINE_WORDS) === 1;
  }

  /** Records that a write or a sync has failed: nobody may touch the files, or call anything synced, any more. */
  recordFailed(): void {
    Atomics.store(this.#words, this.#words.length - LINE_WORDS, 1);
  }
}
