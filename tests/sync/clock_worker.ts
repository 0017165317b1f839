/**
 * The worker of the clock's tests: tells the time on request, by shared memory.
 *
 * @module
 */
import { Abort, type AbortHandle } from "../../lib/sync/abort.ts";
import { Clock, type ClockHandle } from "../../lib/sync/clock.ts";
import { serve } from "./serve.ts";

/** How often each worker is asked. */
export const TRIES = 101;

/** Words of a worker's line: the number of the request, and that of the answer. */
export const REQUEST = 0;
export const ANSWER = 1;
/** The answer, in 64-bit floats of the line. */
export const ANSWER_MS = 1;

/** One worker's part. */
export interface ClockConfig {
  readonly clock: ClockHandle;
  readonly abort: AbortHandle;
  /** The worker's own line. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** The same memory. */
  readonly doubles: Float64Array<SharedArrayBuffer>;
}

if (import.meta.main) {
  serve(({ clock: handle, abort: abortHandle, words, doubles }: ClockConfig): boolean => {
    const clock = Clock.attach(handle);
    const abort = Abort.attach(abortHandle);
    let monotonic = true;
    let beforeMs = -Infinity;
    for (let request = 1; request <= TRIES; request++) {
      while (Atomics.load(words, REQUEST) < request) abort.check();
      const nowMs = clock.nowMs();
      monotonic &&= nowMs >= beforeMs;
      beforeMs = nowMs;
      doubles[ANSWER_MS] = nowMs;
      Atomics.store(words, ANSWER, request);
    }
    return monotonic;
  });
}
