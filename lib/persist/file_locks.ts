/**
 * The lock of each file: who may write it, and how those wait whose puts another thread is writing.
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
/** One word for each of the two groups. */
const EPOCHS = 3;

/** The group of a thread that has not slept. */
export const NO_GROUP = -1;

/**
 * One lock for each file, whose holders have turns, and a way to wait for a turn of another thread: whose writes hold what
 * was there when the turn began.
 *
 * Those who wait are in two groups, so that the end of a turn wakes those whom it can have served, and of the others,
 * who came while it lasted, only one, to have the next turn. If it woke them all, most would find the lock taken, and
 * go back to sleep, while those who have been served wait for the processor.
 *
 * Layout: one cache line for each file: its mutex, the number of turns that have begun, the number of threads that wait,
 * an epoch for each group.
 *
 * Invariant 1: a file, what a layout knows about it, and its shards' rows in the ledger (but for what the ledger says is
 * the shard's lock's) change only under the file's lock.
 * Invariant 2: no wake-up is lost. Whoever waits counts itself first, then reads its group's epoch, then looks at what it
 * waits for and tries the lock, and only then sleeps. Whoever gives back the lock does so before it looks at the count. So
 * either the count is above zero then, the epochs change, and `Atomics.wait` returns or is woken; or the waiter counts
 * itself so late that it finds the lock free, and what it waits for done.
 * Invariant 3: while the lock is free and somebody waits for a turn, somebody is awake who will take the lock, or who will
 * wake the next one: whoever leaves without having taken it wakes another of its group.
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

  /** Gives back a file's lock; wakes those who wait for this turn, and one of those who wait for the next. */
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
   * Counts this thread among those who wait, until {@linkcode FileLocks.leave}.
   *
   * @returns the number of turns that have begun: the next one serves this thread, if it is one that writes
   */
  join(file: number): number {
    const row = file * ROW_WORDS;
    Atomics.add(this.#words, row + WAITERS, 1);
    return Atomics.load(this.#words, row + TURN);
  }

  /** The group of a thread that has joined at that turn, as things are now. */
  group(file: number, joined: number): number {
    const turn = Atomics.load(this.#words, file * ROW_WORDS + TURN);
    // The turn at hand, if there is one, serves whoever joined before it.
    return (turn === joined ? turn : turn - 1) & 1;
  }

  /** The group's epoch, for {@linkcode FileLocks.waitForTurn}. */
  epoch(file: number, group: number): number {
    return Atomics.load(this.#words, file * ROW_WORDS + EPOCHS + group);
  }

  /**
   * Sleeps until the group's epoch is another than this one, or for a tick. The caller has joined, then read the epoch, and then
   * found the lock taken.
   *
   * @throws {AbortError} when the run has failed
   */
  waitForTurn(file: number, group: number, epoch: number): void {
    Atomics.wait(this.#words, file * ROW_WORDS + EPOCHS + group, epoch, this.#abort.tickMs);
    this.#abort.check();
  }

  /** Ends what {@linkcode FileLocks.join} began, for a thread that has slept in this group last. */
  leave(file: number, group: number): void {
    const words = this.#words;
    const row = file * ROW_WORDS;
    if (Atomics.sub(words, row + WAITERS, 1) === 1) return;
    // It may be the one that was woken to have the next turn. Where the lock is taken, its holder wakes the next.
    if (Atomics.load(words, row + MUTEX) !== UNLOCKED) return;
    if ((Atomics.load(words, row + TURN) & 1) === group) Atomics.notify(words, row + EPOCHS + group, 1);
  }

  #wake(row: number, turn: number): void {
    const words = this.#words;
    const next = row + EPOCHS + (turn & 1);
    const served = row + EPOCHS + ((turn - 1) & 1);
    Atomics.add(words, next, 1);
    Atomics.add(words, served, 1);
    // First the one that writes: the others have time while it does.
    Atomics.notify(words, next, 1);
    Atomics.notify(words, served);
  }
}
