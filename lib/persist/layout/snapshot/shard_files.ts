/**
 * What all threads know of each shard's snapshot files: which one holds the newest snapshot, and how long each is.
 *
 * @module
 */
import { LINE_BYTES, LINE_DOUBLES } from "../../../sync/layout.ts";
import { checkLength } from "../../../system/file_io.ts";
import { type Side, SIDES } from "./shard_file_name.ts";

/** What {@linkcode ShardFiles.attach} needs; structured-cloneable. */
export interface ShardFilesHandle {
  readonly buffer: SharedArrayBuffer;
}

const ROW_DOUBLES = LINE_DOUBLES;
const NEWEST = 0;
const LENGTHS = 1;

const UNKNOWN = -1;

/**
 * Layout: one cache line of 64-bit floats for each shard: the number of the file with its newest snapshot (0 also
 * stands for no snapshot in either of two), then the length in bytes of its only file, of `a` and of `b`; -1 as long as
 * no thread has looked at the file.
 *
 * Invariant 1: a shard's line is read and written only by the holder of the lock of the shard's file.
 * Invariant 2: the newest file changes only after the snapshot is completely in place.
 * Invariant 3: outside of a write, a length that is known is that of the file, whichever thread has written it last. So
 * no thread may keep a length for itself beyond the lock: the next writer would leave the end of a longer snapshot
 * behind its shorter one. To truncate after each write instead would need no memory, but makes a write of 8 KiB take
 * two to three times as long.
 */
export class ShardFiles {
  readonly #doubles: Float64Array<SharedArrayBuffer>;

  private constructor(buffer: SharedArrayBuffer) {
    this.#doubles = new Float64Array(buffer);
  }

  static create(shards: number): ShardFiles {
    const files = new ShardFiles(new SharedArrayBuffer(shards * LINE_BYTES));
    for (let row = 0; row < files.#doubles.length; row += ROW_DOUBLES) {
      files.#doubles.fill(UNKNOWN, row + LENGTHS, row + LENGTHS + SIDES.length);
    }
    return files;
  }

  static attach(handle: ShardFilesHandle): ShardFiles {
    return new ShardFiles(handle.buffer);
  }

  handle(): ShardFilesHandle {
    return { buffer: this.#doubles.buffer };
  }

  /** Which of its two files holds the shard's newest snapshot; `undefined` when neither does. */
  newest(shard: number): Side | undefined {
    return SIDES[this.#doubles[shard * ROW_DOUBLES + NEWEST]!];
  }

  setNewest(shard: number, side: Side | undefined): void {
    this.#doubles[shard * ROW_DOUBLES + NEWEST] = SIDES.indexOf(side);
  }

  /** Bytes of one of the shard's files; `undefined` when no thread has looked at it. */
  length(shard: number, side?: Side): number | undefined {
    const length = this.#doubles[this.#lengthAt(shard, side)]!;
    return length === UNKNOWN ? undefined : length;
  }

  setLength(shard: number, side: Side | undefined, bytes: number): void {
    this.#doubles[this.#lengthAt(shard, side)] = bytes;
  }

  /**
   * Checks that each of the files on a side has the length that was written to it. Nobody may write meanwhile.
   *
   * @param paths the shards' files on that side
   * @throws {PersistError} when one has not
   */
  checkLengths(paths: readonly string[], side?: Side): void {
    for (const [shard, path] of paths.entries()) {
      const length = this.length(shard, side);
      if (length !== undefined) checkLength(path, length);
    }
  }

  #lengthAt(shard: number, side: Side | undefined): number {
    return shard * ROW_DOUBLES + LENGTHS + SIDES.indexOf(side);
  }
}
