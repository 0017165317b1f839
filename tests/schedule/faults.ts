/**
 * Faults to plant: each is a change of one module that some schedule shows, most of them mistakes that are easily made.
 *
 * @module
 */
import type { Patch } from "./build.ts";

/** A fault, and where to look for it. */
export interface Fault {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** The module below `scenarios/` whose scenarios are tried. */
  readonly module: string;
  readonly scenarios: readonly string[];
}

const MUTEX = "lib/sync/mutex.ts";
const CONDITION = "lib/sync/condition.ts";
const DOORBELL = "lib/sync/doorbell.ts";
const PHASE = "lib/sync/phase.ts";
const SHARD = "lib/store/shard.ts";
const STORE = "lib/store/shared_store.ts";
const PENDING = "lib/persist/layout/log/pending_records.ts";
const QUEUE = "lib/persist/write_queue.ts";

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

/** Modules in which plain reads and writes are steps as well. */
export const MARKED = [QUEUE, SHARD, STORE, PENDING];

const STORE_FAULTS: readonly Fault[] = [
  {
    name: "a put lets go of the shard before it writes",
    patches: [{
      path: STORE,
      from: `    const entry = this.putLocked(shard, hash, key, value);
    unlock(this.#words, header + HEADER_LOCK);
`,
      to: `    unlock(this.#words, header + HEADER_LOCK);
    const entry = this.putLocked(shard, hash, key, value);
`,
    }],
    module: "store",
    scenarios: ["two put"],
  },
  {
    name: "a get lets go of the shard before it copies",
    patches: [{
      path: STORE,
      from: `    if (entry !== 0) readValue(words, entry, key.length, out);
    unlock(words, header + HEADER_LOCK);
`,
      to: `    unlock(words, header + HEADER_LOCK);
    if (entry !== 0) readValue(words, entry, key.length, out);
`,
    }],
    module: "store",
    scenarios: ["one puts, one gets", "two put, one gets"],
  },
  {
    name: "free chunks are taken without their lock",
    patches: [{
      path: PENDING,
      from: `    lock(words, MUTEX, this.#abort);
    let chunk = words[FREE]!;`,
      to: "    let chunk = words[FREE]!;",
    }, {
      path: PENDING,
      from: `      words[UNUSED]!++;
    }
    unlock(words, MUTEX);
`,
      to: `      words[UNUSED]!++;
    }
`,
    }],
    module: "pending",
    scenarios: ["two put, nobody else takes"],
  },
  {
    name: "chunks are freed without their lock",
    patches: [{
      path: PENDING,
      from: "    lock(words, MUTEX, this.#abort);\n    words[tail + CHUNK_NEXT] = words[FREE]!;",
      to: "    words[tail + CHUNK_NEXT] = words[FREE]!;",
    }, {
      path: PENDING,
      from: "    words[FREE] = head;\n    unlock(words, MUTEX);\n",
      to: "    words[FREE] = head;\n",
    }],
    module: "pending",
    scenarios: ["two put, one takes"],
  },
];

const QUEUE_FAULTS: readonly Fault[] = [
  {
    name: "an item is committed before its bytes are copied",
    patches: [{
      path: QUEUE,
      from: "    this.#ring.set(bytes.length === length ? bytes : bytes.subarray(0, length), start);\n",
      to: "",
    }, {
      path: QUEUE,
      from: "    this.#notEmpty.notifyOne();\n    unlock(words, MUTEX);\n  }\n\n  /**\n   * Takes the newest",
      to: "    this.#notEmpty.notifyOne();\n    unlock(words, MUTEX);\n" +
        "    this.#ring.set(bytes.subarray(0, length), start);\n  }\n\n  /**\n   * Takes the newest",
    }],
    module: "queue",
    scenarios: ["one puts, the newest is taken"],
  },
  {
    name: "who waits for room does not look again",
    patches: [{
      path: QUEUE,
      from: "} while (this.#isFull(skipped + lines));",
      to: "} while (false);",
    }],
    module: "queue",
    scenarios: ["two put to two shards, the newest is taken", "waits for room time out"],
  },
  {
    name: "who waits for an item does not look again",
    patches: [{
      path: QUEUE,
      from: "while (words[COUNT] === 0 || words[this.#headSlot + SLOT_STATE] !== COMMITTED) {",
      to: "if (words[COUNT] === 0 || words[this.#headSlot + SLOT_STATE] !== COMMITTED) {",
    }],
    module: "queue",
    scenarios: ["waits for room time out"],
  },
  {
    name: "closing notifies before it closes, outside the lock",
    patches: [{
      path: QUEUE,
      from:
        "    lock(this.#words, MUTEX, this.#abort);\n    this.#words[CLOSED] = 1;\n    this.#notEmpty.notifyOne();\n",
      to: "    this.#notEmpty.notifyOne();\n    lock(this.#words, MUTEX, this.#abort);\n    this.#words[CLOSED] = 1;\n",
    }],
    module: "queue",
    scenarios: ["one puts, the newest is taken"],
  },
  {
    name: "slots are free before what they hold is written",
    patches: [{
      path: QUEUE,
      from: "    words[TAKEN] = slot;\n",
      to: "    words[TAKEN] = slot; words[row + SHARD_RELEASED_VERSION * 2] = 0;\n" +
        "    this.#doubles[row / 2 + SHARD_RELEASED_VERSION] = this.#doubles[slot / 2 + SLOT_VERSION]!;\n" +
        "    while (words[COUNT]! > 0 && this.#isSuperseded(this.#headSlot)) this.#freeHead();\n" +
        "    this.#notFull.notifyAll();\n",
    }],
    module: "queue",
    scenarios: ["one puts, the newest is taken", "two put to two shards, the newest is taken"],
  },
  {
    name: "a release wakes nobody",
    patches: [{
      path: QUEUE,
      from: "    if (freed > 1) this.#notFull.notifyAll();\n    else this.#notFull.notifyOne();\n",
      to: "",
    }],
    module: "queue",
    scenarios: ["one puts, the newest is taken"],
  },
];

export const FAULTS: readonly Fault[] = [...SYNC_FAULTS, ...STORE_FAULTS, ...QUEUE_FAULTS];
