/**
 * Small scenarios whose schedules can be counted by hand, for the scheduler's own tests.
 *
 * @module
 */
import { mark } from "../mark.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";

const words = (count: number) => new Int32Array(new SharedArrayBuffer(4 * count));

/** Bytes that are copied while another looks at them. */
const COPIED = 8;

export const SCENARIOS: Scenarios = {
  "two workers with one step each": scenario({ workers: 2, create: () => ({}), run: () => mark() }),
  "three workers with one step each": scenario({ workers: 3, create: () => ({}), run: () => mark() }),
  "two count in two steps": scenario({
    workers: 2,
    create: () => words(1),
    run(words) {
      const count = Atomics.load(words, 0);
      Atomics.store(words, 0, count + 1);
    },
    check: (words) => expect("the count", words[0], 2),
  }),
  "two count in two steps, many times": scenario({
    workers: 3,
    create: () => words(2),
    run(words, worker) {
      for (let i = 0; i < 10; i++) Atomics.add(words, 1, 1);
      if (worker === 0) return;
      const count = Atomics.load(words, 0);
      Atomics.store(words, 0, count + 1);
    },
    check: (words) => expect("the count", words[0], 2),
  }),
  "two take two locks, each another one first": scenario({
    workers: 2,
    create: () => words(2),
    run(words, worker) {
      for (const index of [worker, 1 - worker]) {
        while (Atomics.compareExchange(words, index, 0, 1) !== 0) Atomics.wait(words, index, 1);
      }
      for (const index of [worker, 1 - worker]) {
        Atomics.store(words, index, 0);
        Atomics.notify(words, index);
      }
    },
  }),
  "one sleeps, one wakes it in time": scenario({
    workers: 2,
    timeoutsAnyTime: true,
    create: () => words(2),
    run(words, worker) {
      if (worker === 0) {
        const result = Atomics.wait(words, 0, 0, 50);
        expect("a wait", result === "ok" || result === "not-equal", true);
      } else {
        Atomics.store(words, 0, 1);
        Atomics.notify(words, 0);
      }
    },
  }),
  "one sleeps for a time": scenario({
    workers: 1,
    create: () => words(1),
    run(words) {
      const startedAtMs = performance.now();
      expect("a wait", Atomics.wait(words, 0, 0, 50), "timed-out");
      expect("whether that took its time", performance.now() - startedAtMs >= 50, true);
    },
  }),
  "one copies what another looks at": scenario({
    workers: 2,
    create: () => new Uint8Array(new SharedArrayBuffer(COPIED)),
    run(bytes, worker) {
      if (worker === 0) return bytes.set(new Uint8Array(COPIED).fill(1));
      mark();
      expect("the last byte", bytes[COPIED - 1], bytes[0]);
    },
  }),
  "one never ends": scenario({
    workers: 1,
    create: () => words(1),
    run(words) {
      while (Atomics.load(words, 0) === 0) mark();
    },
  }),
};
