/**
 * Schedules of the condition variable.
 *
 * @module
 */
import { Abort } from "../../../lib/sync/abort.ts";
import { Condition, CONDITION_WORDS } from "../../../lib/sync/condition.ts";
import { lock, unlock } from "../../../lib/sync/mutex.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";

const MUTEX = 0;
const NOT_EMPTY = 1;
const NOT_FULL = NOT_EMPTY + CONDITION_WORDS;
/** Guarded by the mutex: values in a buffer that holds one, their sum as they are taken, and whether all may pass. */
const COUNT = NOT_FULL + CONDITION_WORDS;
const TAKEN = COUNT + 1;
const OPEN = COUNT + 2;
const PASSED = COUNT + 3;
const WORDS = COUNT + 4;

function create(tickMs = Infinity) {
  return { words: new Int32Array(new SharedArrayBuffer(4 * WORDS)), abort: Abort.create({ tickMs }).handle() };
}

function attach({ words, abort: handle }: ReturnType<typeof create>) {
  const abort = Abort.attach(handle);
  return {
    words,
    abort,
    notEmpty: new Condition(words, { index: NOT_EMPTY, mutex: MUTEX, abort }),
    notFull: new Condition(words, { index: NOT_FULL, mutex: MUTEX, abort }),
  };
}

/** Producers put values into a buffer that holds one, consumers take them. */
function buffer(producers: number, consumers: number, values: number, tickMs?: number) {
  return scenario({
    workers: producers + consumers,
    timeoutsAnyTime: tickMs !== undefined,
    create: () => create(tickMs),
    run(state, worker) {
      const { words, abort, notEmpty, notFull } = attach(state);
      const produces = worker < producers;
      for (let i = (producers * values) / (produces ? producers : consumers); i > 0; i--) {
        lock(words, MUTEX, abort);
        while (words[COUNT] === (produces ? 1 : 0)) (produces ? notFull : notEmpty).wait();
        words[COUNT]! += produces ? 1 : -1;
        if (!produces) words[TAKEN]!++;
        expect("whether the buffer holds one value or none", words[COUNT] === 0 || words[COUNT] === 1, true);
        // Both ways are allowed: to notify while holding the mutex, and after.
        if (i % 2 === 0) (produces ? notEmpty : notFull).notifyOne();
        unlock(words, MUTEX);
        if (i % 2 !== 0) (produces ? notEmpty : notFull).notifyOne();
      }
    },
    check({ words }) {
      expect("the number of values taken", words[TAKEN], producers * values);
      expect("the number of waiters", words[NOT_EMPTY + 1]! + words[NOT_FULL + 1]!, 0);
    },
  });
}

export const SCENARIOS: Scenarios = {
  "one produces, one consumes": buffer(1, 1, 2),
  "one produces, two consume": buffer(1, 2, 2),
  "two produce, one consumes": buffer(2, 1, 1),
  "two produce, two consume": buffer(2, 2, 2),
  "waits for a value time out": buffer(1, 2, 2, 100),
  "two wait for what a third opens": scenario({
    workers: 3,
    create,
    run(state, worker) {
      const { words, abort, notEmpty } = attach(state);
      lock(words, MUTEX, abort);
      if (worker === 2) {
        words[OPEN] = 1;
        notEmpty.notifyAll();
      } else {
        while (words[OPEN] === 0) notEmpty.wait();
        words[PASSED]!++;
      }
      unlock(words, MUTEX);
    },
    check: ({ words }) => expect("the number that passed", words[PASSED], 2),
  }),
};
