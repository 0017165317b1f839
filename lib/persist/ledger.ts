/**
 * The ledger: which version of each shard has been persisted, and since when there are changes that have not been.
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
 * For each shard, what the file system holds, and the age of the oldest put that it does not hold.
 *
 * Layout: one cache line of 64-bit floats per shard:
 *
 * | | |
 * |---|---|
 * | 0 | the version in the file system, which survives a crash of the process |
 * | 1 | when it was written |
 * | 2 | the version synced to the device, which survives a power loss |
 * | 3 | time of the first put that no take has copied yet; 0: there is none |
 * | 4 | time of the first put that only the current write holds; 0: none is being written |
 * | 5 | time of the first put that has been written but not synced; 0: there is none |
 * | 6 | under the commit policy, the version up to which puts have been acknowledged |
 *
 * One more line follows; its first 32-bit word becomes 1 when a write or sync of any shard fails, and is 0 before.
 *
 * Times are in milliseconds of the run's clock, and above 0.
 *
 * Invariant 1: 3 and 6 are written by the holder of the shard's lock; the others by the holder of its file's lock.
 * Invariant 2: a version is recorded only after it is completely in place (or synced), so whatever the ledger calls
 * persisted is persisted; a failure leaves the shard dirty. Others may read at any time; what they read was true a
 * moment ago. The floats are aligned, and no 64-bit machine tears those.
 */
export class Ledger {
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  /** The same memory, as words. */
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

  /** The version of the shard that is in the file system. */
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

  /** The version up to which the shard's puts have been acknowledged; kept under the commit policy only. */
  acknowledgedVersion(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + ACKNOWLEDGED_VERSION]!;
  }

  /** Time of the first put that no take has copied yet; 0 when there is none. */
  dirtySinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + DIRTY_SINCE]!;
  }

  /** Time of the first put that only the current write holds; 0 when none is being written. */
  takenSinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + TAKEN_SINCE]!;
  }

  /** Time of the first put that has been written but not synced; 0 when there is none. */
  syncingSinceMs(shard: number): number {
    return this.#doubles[shard * ROW_DOUBLES + SYNCING_SINCE]!;
  }

  /** Records that the shard, clean until now, has a put that no take has copied. */
  markDirty(shard: number, nowMs: number): void {
    this.#doubles[shard * ROW_DOUBLES + DIRTY_SINCE] = nowMs;
  }

  /**
   * Records that all of the shard's puts so far have been copied and are about to be written.
   *
   * @returns the time of the first of them; 0 when the shard was not dirty
   */
  take(shard: number): number {
    const row = shard * ROW_DOUBLES;
    const sinceMs = this.#doubles[row + DIRTY_SINCE]!;
    this.markTaken(shard, sinceMs);
    this.#doubles[row + DIRTY_SINCE] = 0;
    return sinceMs;
  }

  /** Records that a write is about to begin; `sinceMs` is the time of its first put that no file holds. */
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

  /** Records that this version of the shard, the one written or an earlier one, is synced to the device. */
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

  /** Records that a write or sync has failed: from now on nobody may touch the files or call anything synced. */
  recordFailed(): void {
    Atomics.store(this.#words, this.#words.length - LINE_WORDS, 1);
  }
}
