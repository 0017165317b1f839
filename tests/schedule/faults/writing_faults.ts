/**
 * Faults of the file locks, the writer, the policies and the gauge.
 *
 * @module
 */
import type { Fault } from "./fault.ts";

const FILE_LOCKS = "lib/persist/file_locks.ts";
const WRITER = "lib/persist/writer.ts";
const EXPOSURE = "lib/persist/exposure.ts";
const COMMIT = "lib/persist/policy/commit.ts";
const PERIODIC = "lib/persist/policy/periodic.ts";
const QUEUE = "lib/persist/write_queue.ts";
const FILE_CONNECTION = "lib/backend/file_connection.ts";

export const LOCK_FAULTS: readonly Fault[] = [
  {
    name: "the holder looks for waiters before it lets go",
    patches: [{
      path: FILE_LOCKS,
      from: "    unlock(words, row + MUTEX);\n    if (Atomics.load(words, row + WAITERS) > 0) this.#wake(row, turn);",
      to: "    const isAwaited = Atomics.load(words, row + WAITERS) > 0;\n    unlock(words, row + MUTEX);\n" +
        "    if (isAwaited) this.#wake(row, turn);",
    }],
    module: "policies",
    scenarios: ["two commit"],
  },
  {
    name: "the end of a turn wakes nobody whom it has served",
    patches: [{ path: FILE_LOCKS, from: "    Atomics.notify(words, served);\n", to: "" }],
    module: "policies",
    scenarios: ["two commit", "three commit", "three commit twice with a sync"],
  },
  {
    name: "the end of a turn wakes nobody for the next",
    patches: [{ path: FILE_LOCKS, from: "    Atomics.notify(words, next, 1);\n", to: "" }],
    module: "policies",
    scenarios: ["two commit", "three commit"],
  },
  {
    name: "the end of a turn leaves the epochs as they are",
    patches: [{
      path: FILE_LOCKS,
      from: "    Atomics.add(words, next, 1);\n    Atomics.add(words, served, 1);\n",
      to: "",
    }],
    module: "policies",
    scenarios: ["two commit"],
  },
  {
    name: "who leaves does not wake the next",
    patches: [{
      path: FILE_LOCKS,
      from: "if ((Atomics.load(words, row + TURN) & 1) === group) Atomics.notify(words, row + EPOCHS + group, 1);",
      to: "",
    }],
    module: "policies",
    scenarios: ["three commit", "three commit twice with a sync"],
  },
  {
    name: "the epoch is read after the lock was found taken",
    patches: [{
      path: COMMIT,
      from: "        const epoch = locks.epoch(file, group);\n",
      to: "",
    }, {
      path: COMMIT,
      from: "        locks.waitForTurn(file, group, epoch);\n",
      to: "        locks.waitForTurn(file, group, locks.epoch(file, group));\n",
    }],
    module: "policies",
    scenarios: ["two commit"],
  },
];

export const WRITING_FAULTS: readonly Fault[] = [
  {
    name: "a put is acknowledged after one wait, committed or not",
    patches: [{
      path: COMMIT,
      from: "while (this.#committedVersion(shard) < version) {",
      to: "if (this.#committedVersion(shard) < version) {",
    }, {
      path: COMMIT,
      from: "        slept = group;\n        locks.waitForTurn(file, group, epoch);\n",
      to: "        slept = group;\n        locks.waitForTurn(file, group, epoch);\n        return false;\n",
    }],
    module: "policies",
    scenarios: ["two commit", "two commit, waits time out"],
  },
  {
    name: "a delete of what is gone is acknowledged before what has deleted it",
    patches: [{
      path: COMMIT,
      from: "    const { store, clock } = this.#parts;\n    this.#version = store.version(shard);\n",
      to: "    const { clock } = this.#parts;\n    this.#version = 0 * shard;\n",
    }],
    module: "policies",
    scenarios: ["two delete one key and commit"],
  },
  {
    name: "a delete is not noted",
    patches: [{ path: FILE_CONNECTION, from: "        this.#layout.noteDelete(shard, entry);\n", to: "" }],
    module: "policies",
    scenarios: ["two delete one key and commit"],
  },
  {
    name: "the ledger calls written what is about to be",
    patches: [{
      path: WRITER,
      from: "    this.layout.write();\n    const atMs = clock.nowMs();\n",
      to: "    const atMs = clock.nowMs();\n    for (let i = 0; i < count; i++) " +
        "ledger.recordWritten(this.#shards[i]!, { version: this.#versions[i]!, atMs });\n    this.layout.write();\n",
    }],
    module: "policies",
    scenarios: ["two commit"],
  },
  {
    name: "the ledger calls synced what is about to be",
    patches: [{
      path: WRITER,
      from: "    const isDurable = this.layout.makeDurable();\n",
      to: "    for (let i = 0; i < count; i++) ledger.recordSynced(this.#shards[i]!, " +
        "ledger.writtenVersion(this.#shards[i]!));\n    const isDurable = this.layout.makeDurable();\n",
    }],
    module: "policies",
    scenarios: ["two commit with a sync"],
  },
  {
    name: "a take reads the shard's version after it has let go",
    patches: [{
      path: WRITER,
      from: "    const version = store.version(shard);\n    const sinceMs = ledger.take(shard);\n" +
        "    store.unlockShard(shard);\n",
      to: "    const sinceMs = ledger.take(shard);\n    store.unlockShard(shard);\n" +
        "    const version = store.version(shard);\n",
    }],
    module: "policies",
    scenarios: ["two commit"],
  },
  {
    name: "a sweep reads the rings when it has ended",
    patches: [{
      path: PERIODIC,
      from: "      const { rings } = doorbell;\n",
      to: "",
    }, {
      path: PERIODIC,
      from: "      doorbell.answer();\n",
      to: "      doorbell.answer();\n      const { rings } = doorbell;\n",
    }],
    module: "policies",
    scenarios: ["two put and ring for room"],
  },
  {
    name: "a put's time is lost between the queue and the ledger",
    patches: [{
      path: QUEUE,
      from: "    if (sinceMs > 0) this.#doubles[row / 2 + SHARD_TAKEN_SINCE] = sinceMs;\n",
      to: "",
    }],
    module: "policies",
    scenarios: ["two queue, a gauge is read"],
  },
  {
    name: "the gauge reads times against the order in which they move on",
    patches: [{
      path: EXPOSURE,
      from: "      const waitingMs = this.#queue?.queuedSinceMs(shard) ?? ledger.dirtySinceMs(shard);\n",
      to: "",
    }, {
      path: EXPOSURE,
      from: "      const sinceMs = syncingMs ||",
      to: "      const waitingMs = this.#queue?.queuedSinceMs(shard) ?? ledger.dirtySinceMs(shard);\n" +
        "      const sinceMs = syncingMs ||",
    }],
    module: "policies",
    scenarios: ["one puts, swept often, a gauge is read"],
  },
];
