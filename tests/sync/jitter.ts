/**
 * The jitter: delays that pull open the windows between the atomic operations of a lock.
 *
 * A wake-up that can be lost within ten nanoseconds may take hours to show itself. Made late now and then, before any
 * of its steps, it shows in a moment.
 *
 * @module
 */
import { Rng } from "../../lib/load/rng.ts";

/** One in so many atomic operations is late. */
const LATE_EVERY = 8;
/** By up to so many turns of an empty loop, a few microseconds. */
const LOOPS_MAX = 10_000;

/**
 * Makes this thread's atomic operations late at random, for as long as the thread lives.
 *
 * @param stream which sequence of delays; each thread wants its own
 */
export function addJitter(stream: number): void {
  const rng = new Rng(1, stream);
  const { add, compareExchange, exchange, load, notify, store, sub, wait } = Atomics;
  const late = <Args extends unknown[], Result>(operation: (...args: Args) => Result) => (...args: Args): Result => {
    if (rng.below(LATE_EVERY) === 0) dawdle(rng.below(LOOPS_MAX));
    return operation(...args);
  };
  Object.assign(Atomics, {
    add: late(add),
    compareExchange: late(compareExchange),
    exchange: late(exchange),
    load: late(load),
    notify: late(notify),
    store: late(store),
    sub: late(sub),
    wait: late(wait),
  });
}

const word = new Int32Array(1);
const { load: loadWord } = Atomics;

/** Takes about a nanosecond a loop, which cannot be optimized away. */
export function dawdle(loops: number): void {
  for (let i = 0; i < loops; i++) loadWord(word, 0);
}
