/**
 * A condition variable: waits, under a lock, for something that another thread will make true.
 *
 * @module
 */
import type { Abort } from "./abort.ts";
import { lock, unlock } from "./mutex.ts";

/** Words of a condition in its owner's layout. */
export const CONDITION_WORDS = 2;

const SEQUENCE = 0;
const WAITERS = 1;

/**
 * A condition variable over two words of shared memory, used with one mutex.
 *
 * Layout, from `index`: the sequence, which every notification increments, and the number of waiters.
 *
 * Invariant: a waiter counts itself and reads the sequence while it holds the mutex, that is, after it has checked the
 * predicate and before anyone can change it. A notifier changes the predicate under the mutex, then increments the
 * sequence. So either the waiter reads the new sequence, and then has also seen the new predicate; or it reads the old
 * one, and then `Atomics.wait` refuses to sleep or is woken. A notifier that finds no waiters may skip the wake-up.
 *
 * As with any condition variable, a waiter must check its predicate again after every return. The design is that of
 * Mara Bos, "Rust Atomics and Locks", chapter 9.
 */
export class Condition {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #index: number;
  readonly #mutex: number;
  readonly #abort: Abort;

  /**
   * @param words the owner's shared words, initially zero
   * @param options `index` of the condition's first word, and of the `mutex` that guards the predicate
   */
  constructor(words: Int32Array<SharedArrayBuffer>, options: { index: number; mutex: number; abort: Abort }) {
    this.#words = words;
    this.#index = options.index;
    this.#mutex = options.mutex;
    this.#abort = options.abort;
  }

  /**
   * Releases the mutex, sleeps until notified or for one tick, and takes the mutex again.
   *
   * @throws {AbortError} when the run has failed; the mutex is then not held
   */
  wait(): void {
    const words = this.#words;
    const sequence = Atomics.load(words, this.#index + SEQUENCE);
    Atomics.add(words, this.#index + WAITERS, 1);
    unlock(words, this.#mutex);
    Atomics.wait(words, this.#index + SEQUENCE, sequence, this.#abort.tickMs);
    Atomics.sub(words, this.#index + WAITERS, 1);
    this.#abort.check();
    lock(words, this.#mutex, this.#abort);
  }

  /** Wakes one waiter, if there is any. The caller has changed the predicate under the mutex. */
  notifyOne(): void {
    this.#notify(1);
  }

  /** Wakes all waiters. The caller has changed the predicate under the mutex. */
  notifyAll(): void {
    this.#notify(Infinity);
  }

  #notify(count: number): void {
    if (Atomics.load(this.#words, this.#index + WAITERS) === 0) return;
    Atomics.add(this.#words, this.#index + SEQUENCE, 1);
    Atomics.notify(this.#words, this.#index + SEQUENCE, count);
  }
}
