/**
 * Schedules of the phase.
 *
 * @module
 */
import { Abort, AbortError } from "../../../lib/sync/abort.ts";
import { DRAINING, ENDED, Phase, RUNNING, STOPPING } from "../../../lib/sync/phase.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";

/** How many workers were running when the load ended, which must be none. */
const RUNS = 0;
const EARLY = 1;

function create(tickMs = Infinity) {
  return {
    phase: Phase.create().handle(),
    abort: Abort.create({ tickMs }).handle(),
    words: new Int32Array(new SharedArrayBuffer(8)),
  };
}

/** Worker 0 is the main thread, the last one writes files, the others put. */
function load(loads: number, tickMs?: number) {
  return scenario({
    workers: loads + 2,
    timeoutsAnyTime: tickMs !== undefined,
    create: () => create(tickMs),
    async run(state, worker) {
      const phase = Phase.attach(state.phase);
      const abort = Abort.attach(state.abort);
      if (worker === 0) {
        await phase.arrivals(loads, abort);
        phase.advance(RUNNING);
        await phase.reached(ENDED, abort);
        Atomics.add(state.words, EARLY, Atomics.load(state.words, RUNS));
        phase.advance(DRAINING);
      } else if (worker <= loads) {
        phase.arrive();
        phase.waitFor(RUNNING, abort);
        Atomics.add(state.words, RUNS, 1);
        phase.stop();
        Atomics.sub(state.words, RUNS, 1);
        phase.end(loads);
      } else {
        phase.waitFor(DRAINING, abort);
      }
    },
    check({ phase, words }) {
      expect("the phase", Phase.attach(phase).current, DRAINING);
      expect("the number of workers that ran when all had ended", words[EARLY], 0);
    },
  });
}

export const SCENARIOS: Scenarios = {
  "one worker's load": load(1),
  "two workers' load": load(2),
  "waits for a phase time out": load(1, 100),
  "the main thread stops a load that ends": scenario({
    workers: 2,
    create,
    async run(state, worker) {
      const phase = Phase.attach(state.phase);
      if (worker === 0) {
        phase.advance(STOPPING);
        return await phase.reached(ENDED, Abort.attach(state.abort));
      }
      phase.stop();
      phase.end(1);
    },
    check: ({ phase }) => expect("the phase", Phase.attach(phase).current, ENDED),
  }),
  "two wait for a phase": scenario({
    workers: 3,
    create,
    run(state, worker) {
      const phase = Phase.attach(state.phase);
      if (worker < 2) phase.waitFor(RUNNING + worker, Abort.attach(state.abort));
      else phase.stop();
    },
    check: ({ phase }) => expect("the phase", Phase.attach(phase).current, STOPPING),
  }),
  "a run fails while one waits": scenario({
    workers: 2,
    create: () => create(100),
    run(state, worker) {
      const abort = Abort.attach(state.abort);
      if (worker === 0) return abort.raise();
      let ended = false;
      try {
        Phase.attach(state.phase).waitFor(RUNNING, abort);
      } catch (error) {
        ended = error instanceof AbortError;
      }
      expect("whether the wait ended with the run", ended, true);
      expect("whether that came within a tick", performance.now() < 2 * abort.tickMs, true);
    },
  }),
};
