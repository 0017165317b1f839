/**
 * Room of the ledger: what of each shard has been persisted, and when.
 *
 * @module
 */
import { LINE_BYTES, LINE_DOUBLES } from "../sync/layout.ts";

/** What {@linkcode Ledger.attach} needs; structured-cloneable. */
export interface LedgerHandle {
  readonly buffer: SharedArrayBuffer;
}

/** The version in the file system. */
const WRITTEN_VERSION = 0;
/** When it was written. */
const WRITTEN_AT = 1;

/**
 * Per shard, the version that its file holds.
 *
 * Layout: one cache line of 64-bit floats per shard: the version in the file system, and the time it was written.
 *
 * Invariant 1: a shard's line is written by whoever writes the shard's file, and nobody else at that time: under the
 * synchronous policy the holder of the shard's lock, under the asynchronous one and while draining the file worker.
 * Invariant 2: a version is recorded only after its snapshot is completely in place, so what the ledger says is
 * persisted is; a failure leaves the shard dirty.
 */
export class Ledger {
  readonly #doubles: Float64Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#doubles = new Float64Array(buffer);
  }

  /** A ledger in which no shard has been written: each is at version 0 since time 0. */
  static create(shards: number): Ledger {
    return new Ledger(new SharedArrayBuffer(shards * LINE_BYTES));
  }

  static attach(handle: LedgerHandle): Ledger {
    return new Ledger(handle.buffer);
  }

  handle(): LedgerHandle {
    return { buffer: this.#doubles.buffer };
  }

  /** The version of the shard that the file system holds. */
  writtenVersion(shard: number): number {
    return this.#doubles[shard * LINE_DOUBLES + WRITTEN_VERSION]!;
  }

  /** When the shard was last written, in milliseconds of the run's clock. */
  writtenAtMs(shard: number): number {
    return this.#doubles[shard * LINE_DOUBLES + WRITTEN_AT]!;
  }

  /** Records that the file system holds this version of the shard. */
  recordWritten(shard: number, version: number, atMs: number): void {
    this.#doubles[shard * LINE_DOUBLES + WRITTEN_VERSION] = version;
    this.#doubles[shard * LINE_DOUBLES + WRITTEN_AT] = atMs;
  }
}
