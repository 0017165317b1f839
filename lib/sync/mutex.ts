/**
 * A mutex in one 32-bit word of shared memory, wherever its owner's layout puts it.
 *
 * The lock is the third mutex of Ulrich Drepper, "Futexes Are Tricky" (2011), section 6. The word is
 *
 * - {@linkcode UNLOCKED}: nobody holds the lock;
 * - {@linkcode LOCKED}: somebody holds it, and nobody waits;
 * - {@linkcode CONTENDED}: somebody holds it, and somebody may be waiting.
 *
 * Invariant 1: the thread that changes the word from unlocked holds the lock until it sets the word back.
 * Invariant 2: a thread falls asleep only if the word is contended at that moment (the kernel's compare in
 * `Atomics.wait`). A thread that unlocks a contended word wakes one sleeper, and the woken thread takes the lock as
 * contended, because others may still be asleep. So no wake-up is lost.
 *
 * Memory: lock and unlock are sequentially consistent, so the next holder sees plain reads and writes made under the
 * lock.
 *
 * @module
 */
import type { Abort } from "./abort.ts";
import type { BlockedTime } from "./blocked.ts";

/** Nobody holds the lock; a fresh SharedArrayBuffer is in this state. */
export const UNLOCKED = 0;
/** The lock is held and nobody waits for it. */
export const LOCKED = 1;
/** The lock is held and somebody may be waiting for it. */
export const CONTENDED = 2;

/**
 * How often a held lock is checked before sleeping. This takes a few hundred nanoseconds, several times a put's
 * critical section.
 */
const SPIN_COUNT_MAX = 100;

/**
 * Takes the lock at `words[index]`, waiting while another thread holds it.
 *
 * @param blocked adds up how long the thread has slept; spinning does not count
 * @throws {AbortError} when the run fails while this thread waits; the lock is then not held
 */
export function lock(
  words: Int32Array<SharedArrayBuffer>,
  index: number,
  abort: Abort,
  blocked?: BlockedTime,
): void {
  if (Atomics.compareExchange(words, index, UNLOCKED, LOCKED) !== UNLOCKED) lockContended(words, index, abort, blocked);
}

/** Takes the lock at `words[index]` if nobody holds it; says whether it did. */
export function tryLock(words: Int32Array<SharedArrayBuffer>, index: number): boolean {
  return Atomics.compareExchange(words, index, UNLOCKED, LOCKED) === UNLOCKED;
}

/** Releases the lock at `words[index]`, which the caller must hold. */
export function unlock(words: Int32Array<SharedArrayBuffer>, index: number): void {
  if (Atomics.exchange(words, index, UNLOCKED) === CONTENDED) Atomics.notify(words, index, 1);
}

function lockContended(
  words: Int32Array<SharedArrayBuffer>,
  index: number,
  abort: Abort,
  blocked: BlockedTime | undefined,
): void {
  for (let spin = 0; spin < SPIN_COUNT_MAX; spin++) {
    const state = Atomics.load(words, index);
    if (state === UNLOCKED && tryLock(words, index)) return;
    // Others are asleep already, and spinning would only starve them.
    if (state === CONTENDED) break;
  }
  if (Atomics.exchange(words, index, CONTENDED) === UNLOCKED) return;
  const startedAtMs = performance.now();
  do {
    abort.check();
    Atomics.wait(words, index, CONTENDED, abort.tickMs);
  } while (Atomics.exchange(words, index, CONTENDED) !== UNLOCKED);
  blocked?.addSince(startedAtMs);
}
