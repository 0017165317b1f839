/**
 * Faults of the mutex, the condition, the doorbell and the phase.
 *
 * @module
 */
import type { Fault } from "./fault.ts";

const MUTEX = "lib/sync/mutex.ts";
const CONDITION = "lib/sync/condition.ts";
const DOORBELL = "lib/sync/doorbell.ts";
const PHASE = "lib/sync/phase.ts";

export const SYNC_FAULTS: readonly Fault[] = [
  {
    name: "unlocking wakes nobody",
    patches: [{
      path: MUTEX,
      from: "if (Atomics.exchange(words, index, UNLOCKED) === CONTENDED) Atomics.notify(words, index, 1);",
      to: "Atomics.exchange(words, index, UNLOCKED);",
    }],
    module: "mutex",
    scenarios: ["two workers take turns"],
  },
  {
    name: "who was woken takes the lock as if nobody else waited",
    patches: [{
      path: MUTEX,
      from: "} while (Atomics.exchange(words, index, CONTENDED) !== UNLOCKED);",
      to: "} while (!tryLock(words, index));",
    }],
    module: "mutex",
    scenarios: ["three workers take turns"],
  },
  {
    name: "the lock is looked at and then taken, in two steps",
    patches: [{
      path: MUTEX,
      from: "if (Atomics.compareExchange(words, index, UNLOCKED, LOCKED) !== UNLOCKED) lockContended(",
      to: "if (Atomics.load(words, index) === UNLOCKED) Atomics.store(words, index, LOCKED); else lockContended(",
    }],
    module: "mutex",
    scenarios: ["two workers take turns"],
  },
  {
    name: "the lock is taken for granted after a wait",
    patches: [{
      path: MUTEX,
      from: "} while (Atomics.exchange(words, index, CONTENDED) !== UNLOCKED);",
      to: "} while (false); Atomics.exchange(words, index, CONTENDED);",
    }],
    module: "mutex",
    scenarios: ["two workers take turns", "waits for the lock time out"],
  },
  {
    name: "the waker comes before the unlocking",
    patches: [{
      path: MUTEX,
      from: "if (Atomics.exchange(words, index, UNLOCKED) === CONTENDED) Atomics.notify(words, index, 1);",
      to: "Atomics.notify(words, index, 1); Atomics.exchange(words, index, UNLOCKED);",
    }],
    module: "mutex",
    scenarios: ["two workers take turns"],
  },
  {
    name: "a wait does not look at the abort word again",
    patches: [{ path: MUTEX, from: "    abort.check();\n", to: "" }],
    module: "mutex",
    scenarios: ["a run fails while one waits"],
  },
  {
    name: "the sequence is read after the unlocking",
    patches: [{
      path: CONDITION,
      from: "    const sequence = Atomics.load(words, this.#index + SEQUENCE);\n",
      to: "",
    }, {
      path: CONDITION,
      from: "    unlock(words, this.#mutex);\n",
      to: "    unlock(words, this.#mutex); const sequence = Atomics.load(words, this.#index + SEQUENCE);\n",
    }],
    module: "condition",
    scenarios: ["one produces, one consumes"],
  },
  {
    name: "a waiter counts itself after the unlocking",
    patches: [{
      path: CONDITION,
      from: "    Atomics.add(words, this.#index + WAITERS, 1);\n    unlock(words, this.#mutex);\n",
      to: "    unlock(words, this.#mutex);\n    Atomics.add(words, this.#index + WAITERS, 1);\n",
    }],
    module: "condition",
    scenarios: ["one produces, one consumes"],
  },
  {
    name: "a notification leaves the sequence as it is",
    patches: [{ path: CONDITION, from: "    Atomics.add(this.#words, this.#index + SEQUENCE, 1);\n", to: "" }],
    module: "condition",
    scenarios: ["one produces, one consumes"],
  },
  {
    name: "one is woken where all have to be",
    patches: [{ path: CONDITION, from: "this.#notify(Infinity)", to: "this.#notify(1)" }],
    module: "condition",
    scenarios: ["two wait for what a third opens"],
  },
  {
    name: "a wait returns without the mutex",
    patches: [{ path: CONDITION, from: "    lock(words, this.#mutex, this.#abort);\n", to: "" }],
    module: "condition",
    scenarios: ["one produces, two consume"],
  },
  {
    name: "a ring is heard before it is counted",
    patches: [{
      path: DOORBELL,
      from: "    Atomics.add(this.#words, RINGS, 1);\n    Atomics.notify(this.#words, RINGS);\n",
      to: "    Atomics.notify(this.#words, RINGS);\n    Atomics.add(this.#words, RINGS, 1);\n",
    }],
    module: "doorbell",
    scenarios: ["one rings"],
  },
  {
    name: "the answers are read after the ring",
    patches: [{
      path: DOORBELL,
      from: "    const answers = Atomics.load(this.#words, ANSWERS);\n    this.ring();\n",
      to: "    this.ring();\n    const answers = Atomics.load(this.#words, ANSWERS);\n",
    }],
    module: "doorbell",
    scenarios: ["one rings and waits"],
  },
  {
    name: "an answer wakes one of those who wait",
    patches: [{
      path: DOORBELL,
      from: "Atomics.notify(this.#words, ANSWERS);",
      to: "Atomics.notify(this.#words, ANSWERS, 1);",
    }],
    module: "doorbell",
    scenarios: ["two ring and wait"],
  },
  {
    name: "the last to end is counted in two steps",
    patches: [{
      path: PHASE,
      from: "Atomics.add(this.words, LOADS_ENDED, 1) + 1 === workers",
      to: "Atomics.store(this.words, LOADS_ENDED, Atomics.load(this.words, LOADS_ENDED) + 1) === workers",
    }],
    module: "phase",
    scenarios: ["two workers' load"],
  },
  {
    name: "a phase is written over a later one",
    patches: [{
      path: PHASE,
      from:
        "if (Atomics.compareExchange(this.words, PHASE, current, phase) === current) Atomics.notify(this.words, PHASE);",
      to: "Atomics.store(this.words, PHASE, phase); Atomics.notify(this.words, PHASE);",
    }],
    module: "phase",
    scenarios: ["the main thread stops a load that ends"],
  },
  {
    name: "a phase wakes one of those who wait",
    patches: [{
      path: PHASE,
      from: "=== current) Atomics.notify(this.words, PHASE);",
      to: "=== current) Atomics.notify(this.words, PHASE, 1);",
    }],
    module: "phase",
    scenarios: ["two wait for a phase"],
  },
];
