/**
 * The workers for the lock benchmarks: two that pass the turn to each other, or compete for the same lock.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { Abort, type AbortHandle } from "../lib/sync/abort.ts";
import { Condition } from "../lib/sync/condition.ts";
import { LINE_WORDS } from "../lib/sync/layout.ts";
import { lock, unlock } from "../lib/sync/mutex.ts";

/** Word offsets in the shared memory, a cache line apart; the condition takes two words. */
const MUTEX = 0;
const CONDITION = LINE_WORDS;
/** The number of turns taken so far, which determines whose turn it is. */
const TURN = 2 * LINE_WORDS;
/** Total number of words. */
export const HAND_OFF_WORDS = 3 * LINE_WORDS;

/** What both workers do at each message. */
export interface HandOffConfig {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly abort: AbortHandle;
  /**
   * `condition`: pass the turn on, under a mutex and with a condition. `futex`: the same with bare `Atomics.wait`.
   * `mutex`: count under the mutex. `add`: count by `Atomics.add`.
   */
  readonly kind: "condition" | "futex" | "mutex" | "add";
  /** 0 or 1. */
  readonly worker: number;
  /** Turns that this worker takes. */
  readonly turns: number;
}

/**
 * The first message is the configuration, answered when the worker is ready; each further one is answered when the
 * worker has taken its turns.
 */
if (import.meta.main) {
  self.onmessage = ({ data: config }: MessageEvent<HandOffConfig>) => {
    const work = { condition, futex, mutex, add }[config.kind];
    self.onmessage = () => {
      work(config);
      self.postMessage(undefined);
    };
    self.postMessage(undefined);
  };
}

function condition({ words, abort: handle, worker, turns }: HandOffConfig): void {
  const abort = Abort.attach(handle);
  const turned = new Condition(words, { index: CONDITION, mutex: MUTEX, abort });
  for (let i = 0; i < turns; i++) {
    lock(words, MUTEX, abort);
    while ((words[TURN]! & 1) !== worker) turned.wait();
    words[TURN]!++;
    unlock(words, MUTEX);
    turned.notifyOne();
  }
}

function futex({ words, worker, turns }: HandOffConfig): void {
  for (let i = 0; i < turns; i++) {
    for (let turn = Atomics.load(words, TURN); (turn & 1) !== worker; turn = Atomics.load(words, TURN)) {
      Atomics.wait(words, TURN, turn);
    }
    Atomics.add(words, TURN, 1);
    Atomics.notify(words, TURN, 1);
  }
}

function mutex({ words, abort: handle, turns }: HandOffConfig): void {
  const abort = Abort.attach(handle);
  for (let i = 0; i < turns; i++) {
    lock(words, MUTEX, abort);
    words[TURN]!++;
    unlock(words, MUTEX);
  }
}

function add({ words, turns }: HandOffConfig): void {
  for (let i = 0; i < turns; i++) Atomics.add(words, TURN, 1);
}
