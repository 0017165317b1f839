/**
 * A mutual exclusion lock in one 32-bit word of shared memory, wherever its owner's layout puts it.
 *
 * The lock is the third mutex of Ulrich Drepper, "Futexes Are Tricky" (2011), section 6. The word is
 *
 * - {@linkcode UNLOCKED}: nobody holds the lock;
 * - {@linkcode LOCKED}: somebody holds it, and nobody waits;
 * - {@linkcode CONTENDED}: somebody holds it, and somebody may be waiting.
 *
 * Invariant 1: whoever changes the word from unlocked holds the lock until they set it back.
 * Invariant 2: a thread sleeps only while the word is contended, and only with the word having been contended when it
 * fell asleep (the kernel's compare in `Atomics.wait`). Whoever unlocks a contended word wakes one sleeper, and a
 * woken thread takes the lock as contended, because others may still sleep. So no wake-up is lost.
 *
 * Memory: lock and unlock are sequentially consistent, so plain reads and writes made under the lock are seen by the
 * next holder.
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

/** Looks at a held lock before sleeping: a few hundred nanoseconds, several times a put's critical section. */
const SPIN_COUNT_MAX = 100;

/**
 * Takes the lock at `words[index]`, waiting for as long as another thread holds it.
 *
 * @param blocked told how long the thread has slept; a spin does not count
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

/** Gives back the lock at `words[index]`, which the caller must hold. */
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
    // Somebody sleeps already: spinning past them would only starve them.
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
