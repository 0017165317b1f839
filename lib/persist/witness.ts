/**
 * A record of what a thread has done, kept where it outlives the process.
 *
 * Each thread appends records of one kind to a file of its own, one write each. The page cache survives SIGKILL, so
 * every record whose write has returned is there afterwards; at most the one being written is missing.
 *
 * @module
 */
import { sharedNowMs } from "../sync/shared_time.ts";
import { openFile, writeAll } from "../system/file_io.ts";

/** Where the threads of a run leave their records, and what tells their puts from those of other runs. */
export interface WitnessOptions {
  readonly directory: string;
  /** Which round of the crash command this run is, from 1. */
  readonly round: number;
}

/** A record: when it was made, in milliseconds of the shared time, a shard, and a version of it, each a float64. */
export const RECORD_FLOATS = 3;

/** Prefix of files of acknowledged puts, followed by the thread's index. */
export const ACKNOWLEDGED_PREFIX = "acknowledged-";
/** Prefix of files of written snapshots, followed by something unique. */
export const WRITTEN_PREFIX = "written-";
/** Prefix of files of synced snapshots, followed by something unique. */
export const SYNCED_PREFIX = "synced-";

/** One thread's file of records. */
export class Witness {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #record = new Float64Array(RECORD_FLOATS);
  readonly #bytes = new Uint8Array(this.#record.buffer);

  private constructor(path: string) {
    this.#path = path;
    this.#file = openFile(path, { append: true, create: true });
  }

  /** Opens the file of a load worker's acknowledged puts. */
  static ofAcknowledged(directory: string, thread: number): Witness {
    return new Witness(`${directory}/${ACKNOWLEDGED_PREFIX}${thread}`);
  }

  /** Opens a file for the snapshots that the calling thread writes. */
  static ofWritten(directory: string): Witness {
    return new Witness(`${directory}/${WRITTEN_PREFIX}${crypto.randomUUID()}`);
  }

  /** Opens a file for the snapshots that the calling thread makes durable. */
  static ofSynced(directory: string): Witness {
    return new Witness(`${directory}/${SYNCED_PREFIX}${crypto.randomUUID()}`);
  }

  /**
   * Records that the thread's next write has just been acknowledged, with its shard's up to this version; or that this
   * version of the shard is written or synced according to the ledger, whichever this file is for.
   */
  record(shard: number, version: number): void {
    this.#record[0] = sharedNowMs();
    this.#record[1] = shard;
    this.#record[2] = version;
    writeAll(this.#file, this.#path, this.#bytes);
  }
}
