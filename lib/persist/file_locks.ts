/**
 * The lock of each file: who may write it, and how those wait whose puts another thread is writing.
 *
 * @module
 */
import { Abort, type AbortHandle } from "../sync/abort.ts";
import type { BlockedTime } from "../sync/blocked.ts";
import { LINE_BYTES, LINE_WORDS } from "../sync/layout.ts";
import { lock, tryLock, unlock } from "../sync/mutex.ts";

/** What {@linkcode FileLocks.attach} needs; structured-cloneable. */
export interface FileLocksHandle {
  readonly buffer: SharedArrayBuffer;
  readonly abort: AbortHandle;
}

/** Words of a file's row. */
const ROW_WORDS = LINE_WORDS;
const MUTEX = 0;
const EPOCH = 1;
const WAITERS = 2;

/**
 * One lock for each file, and beside it an epoch, which is incremented each time the lock is given back.
 *
 * Layout: one cache line for each file: its mutex, its epoch, the number of threads that wait for the epoch to change.
 *
 * Invariant 1: a file, what a layout knows about it, and its shards' rows in the ledger (but for what the ledger says is
 * the shard's lock's) change only under the file's lock.
 * Invariant 2: whoever waits for an epoch has read it before it looked at what it waits for, and the holder of the lock
 * increments it after it has changed that. So either the waiter has seen the change, or `Atomics.wait` finds a new epoch
 * and returns at once. Counting waiters before they sleep saves the holder the wake-up when there is none: a waiter
 * counts itself before the kernel compares the epoch, and the holder looks at the count after it has incremented it.
 *
 * Lock order: a file's lock before its shards' locks, and before the queue's.
 */
export class FileLocks {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #abort: Abort;

  private constructor(handle: FileLocksHandle) {
    this.#words = new Int32Array(handle.buffer);
    this.#abort = Abort.attach(handle.abort);
  }

  static create(files: number, abort: Abort): FileLocks {
    return new FileLocks({ buffer: new SharedArrayBuffer(files * LINE_BYTES), abort: abort.handle() });
  }

  static attach(handle: FileLocksHandle): FileLocks {
    return new FileLocks(handle);
  }

  handle(): FileLocksHandle {
    return { buffer: this.#words.buffer, abort: this.#abort.handle() };
  }

  /** Takes a file's lock. @throws {AbortError} when the run fails while waiting; the lock is then not held */
  lock(file: number, blocked?: BlockedTime): void {
    lock(this.#words, file * ROW_WORDS + MUTEX, this.#abort, blocked);
  }

  /** Takes a file's lock if nobody holds it; says whether it did. */
  tryLock(file: number): boolean {
    return tryLock(this.#words, file * ROW_WORDS + MUTEX);
  }

  /** Gives back a file's lock, begins its next epoch, and wakes all who wait for that. */
  unlock(file: number): void {
    const words = this.#words;
    const row = file * ROW_WORDS;
    unlock(words, row + MUTEX);
    Atomics.add(words, row + EPOCH, 1);
    if (Atomics.load(words, row + WAITERS) > 0) Atomics.notify(words, row + EPOCH);
  }

  /** The file's epoch, for {@linkcode FileLocks.waitForEpochAfter}. */
  epoch(file: number): number {
    return Atomics.load(this.#words, file * ROW_WORDS + EPOCH);
  }

  /**
   * Waits until the file's epoch is another than this one, or for a tick.
   *
   * @throws {AbortError} when the run has failed
   */
  waitForEpochAfter(file: number, epoch: number): void {
    const words = this.#words;
    const row = file * ROW_WORDS;
    Atomics.add(words, row + WAITERS, 1);
    Atomics.wait(words, row + EPOCH, epoch, this.#abort.tickMs);
    Atomics.sub(words, row + WAITERS, 1);
    this.#abort.check();
  }
}
