/**
 * A lock for each file: it decides which thread may write the file, and lets a thread wait for another that writes its
 * put.
 *
 * @module
 */
import { Abort, type AbortHandle } from "../sync/abort.ts";
import type { BlockedTime } from "../sync/blocked.ts";
import { LINE_BYTES, LINE_WORDS } from "../sync/layout.ts";
import { lock, tryLock, unlock, UNLOCKED } from "../sync/mutex.ts";

/** What {@linkcode FileLocks.attach} needs; structured-cloneable. */
export interface FileLocksHandle {
  readonly buffer: SharedArrayBuffer;
  readonly abort: AbortHandle;
}

/** Words of a file's row. */
const ROW_WORDS = LINE_WORDS;
const MUTEX = 0;
const TURN = 1;
const WAITERS = 2;
/** First of two words, one for each group. */
const EPOCHS = 3;

/** The group of a thread that has not slept. */
export const NO_GROUP = -1;

/**
 * One lock for each file, and a way to wait for another thread's turn. Each time that someone holds the lock is a turn;
 * what a turn writes includes everything that was there when it began.
 *
 * Waiters are in two groups. The end of a turn wakes all of those it may have served, but only one of those who arrived
 * during it, which takes the next turn. If it woke everyone, most would find the lock taken and go back to sleep, and
 * the threads that had been served would wait for the processor meanwhile.
 *
 * Layout: one cache line for each file: its mutex, the number of turns that have begun, the number of waiting threads,
 * and an epoch for each group.
 *
 * Invariant 1: a file, what a layout knows about it, and its shards' rows in the ledger (except the fields that the
 * ledger assigns to the shard's lock) change only under the file's lock.
 * Invariant 2: no wake-up is lost. A waiter first counts itself, then reads its group's epoch, then checks what it
 * waits for and tries the lock, and only then sleeps. The holder releases the lock before it looks at the count. So
 * either it sees a count above zero, changes the epochs, and `Atomics.wait` returns or is woken; or the waiter counted
 * itself so late that it finds the lock free, and what it waits for done.
 * Invariant 3: while the lock is free and a thread waits for a turn, some thread is awake that will take the lock or
 * wake the next: a thread that leaves without having taken the lock wakes another of its group.
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

  /** Takes a file's lock. @throws {AbortError} when the run fails meanwhile; the lock is then not held */
  lock(file: number, blocked?: BlockedTime): void {
    const row = file * ROW_WORDS;
    lock(this.#words, row + MUTEX, this.#abort, blocked);
    Atomics.add(this.#words, row + TURN, 1);
  }

  /** Takes a file's lock if nobody holds it; says whether it did. */
  tryLock(file: number): boolean {
    const row = file * ROW_WORDS;
    if (!tryLock(this.#words, row + MUTEX)) return false;
    Atomics.add(this.#words, row + TURN, 1);
    return true;
  }

  /** Releases a file's lock; wakes those who wait for this turn, and one of those who wait for the next. */
  unlock(file: number): void {
    const words = this.#words;
    const row = file * ROW_WORDS;
    const turn = Atomics.load(words, row + TURN);
    unlock(words, row + MUTEX);
    if (Atomics.load(words, row + WAITERS) > 0) this.#wake(row, turn);
  }

  /** Whether anybody waits for a turn, as of a moment ago. */
  isAwaited(file: number): boolean {
    return Atomics.load(this.#words, file * ROW_WORDS + WAITERS) > 0;
  }

  /**
   * Counts this thread as waiting, until {@linkcode FileLocks.leave}.
   *
   * @returns the number of turns that have begun; the next turn that writes serves this thread
   */
  join(file: number): number {
    const row = file * ROW_WORDS;
    Atomics.add(this.#words, row + WAITERS, 1);
    return Atomics.load(this.#words, row + TURN);
  }

  /** The current group of a thread that joined at that turn. */
  group(file: number, joined: number): number {
    const turn = Atomics.load(this.#words, file * ROW_WORDS + TURN);
    // The current turn, if there is one, serves those who joined before it.
    return (turn === joined ? turn : turn - 1) & 1;
  }

  /** The group's epoch, for {@linkcode FileLocks.waitForTurn}. */
  epoch(file: number, group: number): number {
    return Atomics.load(this.#words, file * ROW_WORDS + EPOCHS + group);
  }

  /**
   * Sleeps until the group's epoch differs from this one, or for a tick. The caller has joined, then read the epoch,
   * and then found the lock taken.
   *
   * @throws {AbortError} when the run has failed
   */
  waitForTurn(file: number, group: number, epoch: number): void {
    Atomics.wait(this.#words, file * ROW_WORDS + EPOCHS + group, epoch, this.#abort.tickMs);
    this.#abort.check();
  }

  /** Stops counting this thread as waiting. `group` is the one that it last slept in. */
  leave(file: number, group: number): void {
    const words = this.#words;
    const row = file * ROW_WORDS;
    if (Atomics.sub(words, row + WAITERS, 1) === 1) return;
    // This may be the thread that was woken to take the next turn. If the lock is taken, its holder will wake the next.
    if (Atomics.load(words, row + MUTEX) !== UNLOCKED) return;
    if ((Atomics.load(words, row + TURN) & 1) === group) Atomics.notify(words, row + EPOCHS + group, 1);
  }

  #wake(row: number, turn: number): void {
    const words = this.#words;
    const next = row + EPOCHS + (turn & 1);
    const served = row + EPOCHS + ((turn - 1) & 1);
    Atomics.add(words, next, 1);
    Atomics.add(words, served, 1);
    // The next writer first: the others have time while it writes.
    Atomics.notify(words, next, 1);
    Atomics.notify(words, served);
  }
}
