/**
 * Faults of the store, the pending records and the write queue.
 *
 * @module
 */
import type { Fault } from "./fault.ts";

const STORE = "lib/store/shared_store.ts";
const PENDING = "lib/persist/layout/log/pending_records.ts";
const QUEUE = "lib/persist/write_queue.ts";

export const STORE_FAULTS: readonly Fault[] = [
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
    name: "a delete lets go of the shard before it removes",
    patches: [{
      path: STORE,
      from: `    const entry = this.deleteLocked(shard, hash, key);
    unlock(this.#words, header + HEADER_LOCK);
`,
      to: `    unlock(this.#words, header + HEADER_LOCK);
    const entry = this.deleteLocked(shard, hash, key);
`,
    }],
    module: "store",
    scenarios: ["two delete and put anew"],
  },
  {
    name: "free chunks are taken without their lock",
    patches: [{
      path: PENDING,
      from: `    lock(words, MUTEX, this.#abort);
    const max = words[TAKEN_MAX]!;`,
      to: "    const max = words[TAKEN_MAX]!;",
    }, {
      path: PENDING,
      from: `    if (chunk !== 0) words[TAKEN]!++;
    unlock(words, MUTEX);
`,
      to: `    if (chunk !== 0) words[TAKEN]!++;
`,
    }],
    module: "pending",
    scenarios: ["two put, nobody else takes"],
  },
  {
    name: "a delete is noted with the length of a value",
    patches: [{ path: PENDING, from: "    words[(to + 1) | 0] = NO_VALUE_LENGTH;\n", to: "" }],
    module: "pending",
    scenarios: ["one puts and deletes, one takes"],
  },
  {
    name: "chunks are freed without their lock",
    patches: [{
      path: PENDING,
      from: "    lock(words, MUTEX, this.#abort);\n    words[TAKEN]! -= count;",
      to: "    words[TAKEN]! -= count;",
    }, {
      path: PENDING,
      from: "    words[FREE] = head;\n    unlock(words, MUTEX);\n",
      to: "    words[FREE] = head;\n",
    }],
    module: "pending",
    scenarios: ["two put, one takes"],
  },
];

export const QUEUE_FAULTS: readonly Fault[] = [
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
