/**
 * The interface between the policies, which decide when a change is written and by whom, and the layouts, which decide
 * what a write writes.
 *
 * A put or delete notes what it changed, under its shard's lock. A *take* copies what no earlier take has copied, under
 * the same lock, for no longer than a memcpy takes. A *write* puts what was taken into the files, without that lock.
 *
 * A store's shards are spread over its files evenly: file `f` holds the shards from `f * shardsPerFile` on. What "a
 * file" is on disk is up to the layout: a snapshot layout has one or two for each shard, a log has segments and
 * checkpoints.
 *
 * @module
 */
import type { OutputBuffer } from "../../codec/output_buffer.ts";
import type { WriterMeter } from "../write_meter.ts";

/** What a thread needs to attach to a layout; structured-cloneable. Each layout adds to it what it needs. */
export interface LayoutHandle {
  /** The layout's name. */
  readonly kind: string;
}

/**
 * One thread's view of a layout. State that other threads need is in shared memory, and changes only under the lock
 * that each method names.
 *
 * A take adds to this thread's *batch*; {@linkcode Layout.write} writes the batch and leaves it empty.
 */
export interface Layout {
  /** Whether a queued item of a shard supersedes all earlier ones of that shard. */
  readonly supersedes: boolean;

  /**
   * Whether there is room to note one more put of the shard, with a key and a value of these lengths, in bytes; or a
   * delete, which has no value. Called under the shard's lock.
   */
  hasRoom(shard: number, keyLength: number, valueLength: number): boolean;

  /**
   * Notes what a put has changed. This is on the hot path: it allocates nothing. Called under the shard's lock, after
   * {@linkcode Layout.hasRoom} has returned true.
   *
   * @param entry the entry that now holds the put's value, as an index of the store's words
   */
  note(shard: number, entry: number): void;

  /**
   * Notes that a delete has removed an entry, likewise.
   *
   * @param entry the entry that was, which is dead but otherwise as it was, as an index of the store's words
   */
  noteDelete(shard: number, entry: number): void;

  /**
   * Gives back the room that {@linkcode Layout.hasRoom} has made sure of, as a delete has found nothing to remove.
   * Called under the same lock.
   */
  giveBackRoom(shard: number): void;

  /**
   * Copies what no earlier take of the shard has copied into the batch. Called under the shard's lock and its file's.
   */
  take(shard: number): void;

  /**
   * Serializes what a take would take, for the queue. Called under the shard's lock.
   *
   * @returns how many bytes it wrote to the front of `out`
   */
  serialize(shard: number, out: OutputBuffer): number;

  /**
   * Adds an item from the queue, made by {@linkcode Layout.serialize}, to the batch.
   *
   * @param bytes valid until the batch has been written
   */
  accept(shard: number, bytes: Uint8Array): void;

  /**
   * Writes the batch: once it returns, a reader finds the batch even after a crash of the process. Called under the
   * locks of the files that the batch belongs to.
   *
   * @throws {PersistError} when a step fails; what was in the file system before is still there
   */
  write(): void;

  /**
   * Syncs what was written last, at sync levels above none. Called under the same locks.
   *
   * @returns whether that now survives a power loss; if not, what was written before it does
   * @throws {PersistError} when that fails; what is on the device is then unknown
   */
  makeDurable(): boolean;

  /**
   * Writes everything that the file's shards hold, regardless of who put it there and whether it was noted, and makes
   * it durable at sync levels above none. Nobody may put meanwhile.
   *
   * @throws {PersistError} when that fails
   */
  rewrite(file: number): void;

  /**
   * Makes everything durable that any thread has written, at sync levels above none. Nobody may write meanwhile.
   *
   * @throws {PersistError} when that fails
   */
  makeAllDurable(): void;

  /**
   * Checks that each file that was written has the length that it was given, whichever threads have written it: whoever
   * opens it later would take it for damaged. Nobody may write meanwhile, and no write may have failed.
   *
   * @throws {PersistError} when one has not
   */
  checkLengths(): void;

  /**
   * Does a bounded piece of the files' maintenance, while the load runs. Only the file worker calls it, without holding
   * a lock.
   *
   * @returns whether there was any to do
   * @throws {PersistError} when a step fails; what was in the file system before is still there
   */
  maintain(): boolean;

  /**
   * Whether maintenance lags behind what is written, so that whoever writes should leave it more time. Called by the
   * same thread.
   */
  readonly isBehind: boolean;

  /**
   * Removes, as far as possible, what {@linkcode Layout.maintain} has left unfinished. Only the file worker calls it,
   * when it ends because something has failed.
   */
  abandon(): void;

  /** Where the layout counts what it writes and syncs. */
  readonly meter: WriterMeter;
}
