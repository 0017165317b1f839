/**
 * A record of what a thread has done that outlives its process.
 *
 * Each thread appends records of one kind to a file of its own, one write each. SIGKILL keeps the page cache, so every
 * record whose write has returned is there afterwards; at most the one at hand is missing.
 *
 * @module
 */
import { openFile, writeAll } from "./file_io.ts";

/** Where the threads of a run leave what they have done, and what tells their puts from those of other runs. */
export interface WitnessOptions {
  readonly directory: string;
  /** Which round of the crash command the run is, from 1. */
  readonly round: number;
}

/**
 * Bytes of a record of an acknowledged put: when it was acknowledged, in milliseconds since the epoch, its shard, and the
 * version up to which that shard's puts had been acknowledged then, each a float64.
 */
export const ACKNOWLEDGED_BYTES = 24;
/** Bytes of a record of a written or synced snapshot: the shard and its version, each a float64. */
export const VERSION_BYTES = 16;

/** Files of acknowledged puts are named so, followed by the thread's index. */
export const ACKNOWLEDGED_PREFIX = "acknowledged-";
/** Files of written snapshots are named so, followed by something unique. */
export const WRITTEN_PREFIX = "written-";
/** Files of synced snapshots are named so, followed by something unique. */
export const SYNCED_PREFIX = "synced-";

/** One thread's file of records. */
export class Witness {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #record: Float64Array<ArrayBuffer>;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  private constructor(path: string, recordBytes: number) {
    this.#path = path;
    this.#file = openFile(path, { append: true, create: true });
    this.#record = new Float64Array(recordBytes / Float64Array.BYTES_PER_ELEMENT);
    this.#bytes = new Uint8Array(this.#record.buffer);
  }

  /** Opens the file of a load worker's acknowledged puts. */
  static ofAcknowledged(directory: string, thread: number): Witness {
    return new Witness(`${directory}/${ACKNOWLEDGED_PREFIX}${thread}`, ACKNOWLEDGED_BYTES);
  }

  /** Opens a file for the snapshots that the calling thread writes. */
  static ofWritten(directory: string): Witness {
    return new Witness(`${directory}/${WRITTEN_PREFIX}${crypto.randomUUID()}`, VERSION_BYTES);
  }

  /** Opens a file for the snapshots that the calling thread makes durable. */
  static ofSynced(directory: string): Witness {
    return new Witness(`${directory}/${SYNCED_PREFIX}${crypto.randomUUID()}`, VERSION_BYTES);
  }

  /** Records that the thread's next put has been acknowledged just now, with its shard at this version. */
  acknowledged(shard: number, version: number): void {
    this.#record[0] = performance.timeOrigin + performance.now();
    this.#record[1] = shard;
    this.#record[2] = version;
    writeAll(this.#file, this.#path, this.#bytes);
  }

  /** Records that the ledger calls this version of the shard persisted, in the sense that the file is of. */
  persisted(shard: number, version: number): void {
    this.#record[0] = shard;
    this.#record[1] = version;
    writeAll(this.#file, this.#path, this.#bytes);
  }
}
