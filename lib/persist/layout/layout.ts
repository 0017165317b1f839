/**
 * The interface between the policies, which say when a change is written and by whom, and the layouts, which know what a
 * write writes.
 *
 * A put notes what it changed, under its shard's lock. A *take* copies out what no earlier take has, under the same lock
 * and as briefly as a memcpy. A *write* puts what was taken into the files, without it.
 *
 * A store's shards are spread over its files evenly: file `f` holds the shards from `f * shardsPerFile` on. What
 * "a file" is on the disk is the layout's business: a snapshot layout has one or two for each shard, a log has segments
 * and checkpoints.
 *
 * @module
 */
import type { OutputBuffer } from "../../codec/output_buffer.ts";
import type { WriterMeter } from "../write_meter.ts";

/**
 * One thread's view of a layout. What other threads must know is in shared memory, and changes only under the lock that
 * each method names.
 *
 * A take adds to this thread's *batch*; {@linkcode Layout.write} writes the batch and leaves it empty.
 */
export interface Layout {
  /** Whether what is queued of a shard makes all that was queued of it before superfluous. */
  readonly supersedes: boolean;

  /**
   * Whether there is room to note one more put of the shard, with a key and a value of these lengths, in bytes. Holds the
   * shard's lock.
   */
  hasRoom(shard: number, keyLength: number, valueLength: number): boolean;

  /**
   * Notes what a put has changed. On the hot path: allocates nothing. Under the shard's lock, after
   * {@linkcode Layout.hasRoom} has said yes.
   *
   * @param entry the entry that holds the put's value now, as an index of the store's words
   */
  note(shard: number, entry: number): void;

  /** Copies what no earlier take of the shard has into the batch. Under the shard's lock and its file's. */
  take(shard: number): void;

  /**
   * Serializes what a take would take, for the queue. Under the shard's lock.
   *
   * @returns the length in bytes of what is at the front of `out` then
   */
  serialize(shard: number, out: OutputBuffer): number;

  /**
   * Adds what {@linkcode Layout.serialize} has made, and the queue has handed over, to the batch.
   *
   * @param bytes valid until the batch has been written
   */
  accept(shard: number, bytes: Uint8Array): void;

  /**
   * Writes the batch: when it returns, a reader finds it, also after the process has crashed. Under the locks of the
   * files that the batch belongs to.
   *
   * @throws {PersistError} when a step fails; what was in the file system before is still there
   */
  write(): void;

  /**
   * Syncs what was last written, at sync levels above none, under the same locks.
   *
   * @returns whether it survives a power loss now; where not, what was written before it does
   * @throws {PersistError} when that fails; what is on the device is unknown then
   */
  makeDurable(): boolean;

  /**
   * Writes all that the file's shards hold, whoever put it there and whether or not it was noted, and makes it durable at
   * sync levels above none. Nobody puts meanwhile.
   *
   * @throws {PersistError} when that fails
   */
  rewrite(file: number): void;

  /**
   * Makes durable, at sync levels above none, all that any thread has written. Nobody writes any more.
   *
   * @throws {PersistError} when that fails
   */
  makeAllDurable(): void;

  /**
   * Does a bounded piece of the work that keeps the files in shape, beside the load. Only the file worker calls it, and
   * holds no lock.
   *
   * @returns whether there was any to do
   * @throws {PersistError} when a step fails; what was in the file system before is still there
   */
  maintain(): boolean;

  /**
   * Removes, as far as that is possible, what {@linkcode Layout.maintain} was making beside the load. Only the file worker
   * calls it, when it ends because something has failed.
   */
  abandon(): void;

  /** Where the layout counts what it writes and syncs. */
  readonly meter: WriterMeter;
}
