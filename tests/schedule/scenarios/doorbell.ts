/**
 * Schedules of the doorbell.
 *
 * @module
 */
import { Abort } from "../../../lib/sync/abort.ts";
import { Doorbell } from "../../../lib/sync/doorbell.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";

/**
 * What is asked for, of which a turn does all that is there; how much is done; and how many have all they asked for.
 */
const ASKED = 0;
const DONE = 1;
const SERVED = 2;
const WORDS = 3;

function create(tickMs = Infinity) {
  const doorbell = Doorbell.create(Abort.create({ tickMs })).handle();
  return { doorbell, words: new Int32Array(new SharedArrayBuffer(4 * WORDS)) };
}

/** Worker 0 answers as the file worker does, until nobody rings any more; the others ask and ring, and may wait. */
function rings(ringers: number, each: number, waits: boolean, tickMs?: number) {
  return scenario({
    workers: 1 + ringers,
    timeoutsAnyTime: tickMs !== undefined,
    create: () => create(tickMs),
    run({ doorbell: handle, words }, worker) {
      const doorbell = Doorbell.attach(handle);
      if (worker > 0) {
        for (let i = 0; i < each; i++) {
          const asked = Atomics.add(words, ASKED, 1) + 1;
          if (!waits) doorbell.ring();
          else while (Atomics.load(words, DONE) < asked) doorbell.ringAndWait();
        }
        if (Atomics.add(words, SERVED, 1) + 1 === ringers) doorbell.ring();
        return;
      }
      while (Atomics.load(words, SERVED) < ringers) {
        const { rings } = doorbell;
        Atomics.store(words, DONE, Atomics.load(words, ASKED));
        doorbell.answer();
        if (Atomics.load(words, SERVED) < ringers) doorbell.sleep(rings, Infinity);
      }
    },
    check: ({ words }) => waits && expect("what is done", words[DONE], ringers * each),
  });
}

export const SCENARIOS: Scenarios = {
  "one rings": rings(1, 2, false),
  "two ring": rings(2, 2, false),
  "one rings and waits": rings(1, 2, true),
  "two ring and wait": rings(2, 1, true),
  "three ring and wait": rings(3, 2, true),
  "waits for a turn time out": rings(1, 2, true, 100),
};
