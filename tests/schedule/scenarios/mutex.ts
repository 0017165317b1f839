/**
 * Schedules of the mutex.
 *
 * @module
 */
import { Abort, AbortError } from "../../../lib/sync/abort.ts";
import { lock, tryLock, unlock, UNLOCKED } from "../../../lib/sync/mutex.ts";
import { mark } from "../mark.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";

const MUTEX = 0;
const INSIDE = 1;
const TURNS = 2;
const WORDS = 3;

function create(tickMs = Infinity) {
  return { words: new Int32Array(new SharedArrayBuffer(4 * WORDS)), abort: Abort.create({ tickMs }).handle() };
}

type State = ReturnType<typeof create>;

/** What is done under the lock; nobody else may be there meanwhile. */
function inside({ words }: State): void {
  expect("the number of others inside", words[INSIDE]!++, 0);
  mark();
  words[INSIDE]!--;
  words[TURNS]!++;
}

function turns(workers: number, each: number, tickMs?: number) {
  return scenario({
    workers,
    timeoutsAnyTime: tickMs !== undefined,
    create: () => create(tickMs),
    run(state) {
      const abort = Abort.attach(state.abort);
      for (let turn = 0; turn < each; turn++) {
        lock(state.words, MUTEX, abort);
        inside(state);
        unlock(state.words, MUTEX);
      }
    },
    check({ words }) {
      expect("the number of turns", words[TURNS], workers * each);
      expect("the mutex", words[MUTEX], UNLOCKED);
    },
  });
}

export const SCENARIOS: Scenarios = {
  "two workers take turns": turns(2, 2),
  "three workers take turns": turns(3, 1),
  "four workers take turns": turns(4, 3),
  "waits for the lock time out": turns(2, 2, 100),
  "one of three only tries": scenario({
    workers: 3,
    create,
    run(state, worker) {
      const abort = Abort.attach(state.abort);
      if (worker === 0) {
        if (!tryLock(state.words, MUTEX)) return;
      } else lock(state.words, MUTEX, abort);
      inside(state);
      unlock(state.words, MUTEX);
    },
    check: ({ words }) => expect("the mutex", words[MUTEX], UNLOCKED),
  }),
  "a run fails while one waits": scenario({
    workers: 2,
    create: () => create(100),
    run(state, worker) {
      const abort = Abort.attach(state.abort);
      if (worker === 0) {
        lock(state.words, MUTEX, abort);
        abort.raise();
        // It ends like this, without ever unlocking.
        return;
      }
      try {
        lock(state.words, MUTEX, abort);
        inside(state);
        unlock(state.words, MUTEX);
      } catch (error) {
        if (!(error instanceof AbortError)) throw error;
      }
      if (performance.now() > 2 * abort.tickMs) throw new Error("the failure of the run came more than a tick late");
    },
  }),
};
