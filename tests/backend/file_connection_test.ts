/**
 * Tests of the file backends: when a put writes or queues its shard, and what it leaves when that fails.
 *
 * @module
 */
import { decode } from "../codec/decode.ts";
import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertThrows } from "@std/assert";
import type { SynchronousConnection } from "../../lib/engine/connection.ts";
import { FileConnection } from "../../lib/backend/file_connection.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { Ledger } from "../../lib/persist/ledger.ts";
import { AsynchronousPut } from "../../lib/persist/policy/asynchronous.ts";
import { PeriodicPut } from "../../lib/persist/policy/periodic.ts";
import { SynchronousPut } from "../../lib/persist/policy/synchronous.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { shardFileName } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import { WriteQueue } from "../../lib/persist/write_queue.ts";
import { SnapshotTooLargeError } from "../../lib/persist/queue_size.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { StoreFullError } from "../../lib/store/store_size.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import type { Clock } from "../../lib/sync/clock.ts";
import { namesIn, snapshotsIn, temporaryDirectory } from "../run/files.ts";
import { assertUnlocked, countsOf, persistenceOf, timesOf } from "../persist/fixtures.ts";
import { clockAt, emptySnapshot, keyOfShard, newStore } from "./fixtures.ts";

const SHARDS = 3;
const PERIOD_MS = 3_600_000;
/** A time well within the first period, and one at which it is over. */
const EARLY_MS = 1_000;
const LATE_MS = PERIOD_MS + 1_000;

/** A synchronous backend, at a time on its clock. */
function synchronous(
  directory: string,
  elapsedMs: number,
  options: { store?: SharedStore; ledger?: Ledger; serializer?: SerializerName } = {},
) {
  const { store = newStore(SHARDS), ledger = Ledger.create(store.size.shards), serializer = "json" } = options;
  const clock = clockAt(elapsedMs);
  const { writer, locks } = persistenceOf({ store, ledger, clock }, { directory, serializer });
  const policy = new SynchronousPut({ ledger, clock, locks, writer, shardsPerFile: 1, periodMs: PERIOD_MS });
  return { backend: new FileConnection({ store, layout: writer.layout, policy }), store, ledger, writer, clock };
}

function asynchronous(
  options: { depth?: number; bytes?: number; store?: SharedStore; elapsedMs?: number } = {},
) {
  const { depth = 8, bytes = 2 ** 16, store = newStore(SHARDS), elapsedMs = 0 } = options;
  const clock = clockAt(elapsedMs);
  const abort = Abort.create({ tickMs: 10 });
  const queue = WriteQueue.create({ depth, bytes, shards: store.size.shards }, abort);
  return { backend: queueing({ store, queue, clock }), store, queue, abort, clock };
}

/** Another thread's view of an asynchronous backend. */
function queueing(parts: { store: SharedStore; queue: WriteQueue; clock: Clock }): FileConnection {
  const { store } = parts;
  const { writer: { layout } } = persistenceOf(
    { store, ledger: Ledger.create(store.size.shards) },
    { directory: "/nowhere", serializer: "json" },
  );
  return new FileConnection({ store, layout, policy: new AsynchronousPut({ ...parts, layout }) });
}

/** A periodic backend, at a time on its clock. */
function periodic(elapsedMs: number, options: { store?: SharedStore; ledger?: Ledger } = {}) {
  const { store = newStore(SHARDS), ledger = Ledger.create(store.size.shards) } = options;
  const clock = clockAt(elapsedMs);
  const { writer: { layout }, doorbell } = persistenceOf({ store, ledger }, {
    directory: "/nowhere",
    serializer: "json",
  });
  const policy = new PeriodicPut({ ledger, clock, doorbell });
  return { backend: new FileConnection({ store, layout, policy }), store, ledger, clock };
}

/** Asserts that a time is not before another, and has come on the clock. */
function assertBetween(earliestMs: number, timeMs: number, clock: Clock): void {
  assertGreaterOrEqual(timeMs, earliestMs);
  assertLessOrEqual(timeMs, clock.nowMs());
}

function put(backend: SynchronousConnection, key: string, value: string): void {
  backend.put(PaddedBytes.of(key), PaddedBytes.of(value));
}

function get(backend: SynchronousConnection, key: string): string | undefined {
  const out = new PaddedBytes(16);
  return backend.get(PaddedBytes.of(key), out) ? out.toString() : undefined;
}

/** Takes all that is queued. */
function drain(queue: WriteQueue): { shard: number; version: number; entries: Readonly<Record<string, string>> }[] {
  queue.close();
  const snapshot = emptySnapshot();
  const taken = [];
  while (queue.take(snapshot)) {
    const { entries } = decode(CODECS.json, new Uint8Array(snapshot.bytes));
    taken.push({ shard: snapshot.shard, version: snapshot.version, entries });
    queue.release();
  }
  return taken;
}

/** Two keys of shard 0 and one of shard 1. */
const [KEY_0, OTHER_KEY_0, KEY_1] = [
  keyOfShard(0, { shards: SHARDS }),
  keyOfShard(0, { shards: SHARDS, n: 1 }),
  keyOfShard(1, { shards: SHARDS }),
];

Deno.test("FileConnection.put() under the synchronous policy stays in memory until the period is over", () => {
  using directory = temporaryDirectory();
  const { backend, store, ledger, writer, clock } = synchronous(directory.path, EARLY_MS);
  put(backend, KEY_0, "1");
  const sinceMs = ledger.dirtySinceMs(0);
  assertBetween(EARLY_MS, sinceMs, clock);
  put(backend, KEY_0, "2");
  assertEquals([0, 1, 2].map((shard) => ledger.dirtySinceMs(shard)), [sinceMs, 0, 0], "since the first put");
  assertEquals(get(backend, KEY_0), "2");
  assertEquals(namesIn(directory.path), []);
  assertEquals([store.version(0), ledger.writtenVersion(0)], [2, 0]);
  assertEquals(countsOf(writer.meter), { snapshotsWritten: 0, bytesWritten: 0, times: 0 });
});

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`FileConnection.put() under the synchronous policy writes its shard, its own put included, when the period is over: ${serializer}`, () => {
    using directory = temporaryDirectory();
    const { store, ledger } = synchronous(directory.path, 0);
    const early = synchronous(directory.path, EARLY_MS, { store, ledger, serializer });
    const late = synchronous(directory.path, LATE_MS, { store, ledger, serializer });
    put(early.backend, KEY_0, "1");
    put(early.backend, KEY_1, "1");
    put(late.backend, OTHER_KEY_0, "2");

    const snapshots = snapshotsIn(directory.path, serializer);
    assertEquals([...snapshots.keys()], [0], "the other shards have periods of their own");
    assertEquals(snapshots.get(0), {
      shard: 0,
      shards: SHARDS,
      version: 2,
      entries: { [KEY_0]: "1", [OTHER_KEY_0]: "2" },
    });
    assertEquals([ledger.writtenVersion(0), ledger.writtenVersion(1)], [2, 0]);
    const { size: bytesWritten } = Deno.statSync(`${directory.path}/${shardFileName(0, SHARDS, serializer)}`);
    assertEquals(countsOf(late.writer.meter), { snapshotsWritten: 1, bytesWritten, times: 1 });
    // The first of the puts waited from early to late, of which three digits are kept.
    const waitedMs = timesOf(late.writer.meter)!.max / 1e6;
    assertLessOrEqual(Math.abs(waitedMs / PERIOD_MS - 1), 0.02);
    assertEquals([ledger.dirtySinceMs(0), ledger.takenSinceMs(0)], [0, 0]);
    assertBetween(EARLY_MS, ledger.dirtySinceMs(1), early.clock);
  });
}

Deno.test("FileConnection.put() under the synchronous policy counts the period from the shard's last write, whoever made it", () => {
  using directory = temporaryDirectory();
  const { backend, store, ledger, writer } = synchronous(directory.path, LATE_MS);
  const other = synchronous(directory.path, LATE_MS, { store, ledger });
  put(other.backend, KEY_0, "1");
  put(backend, KEY_0, "2");
  put(other.backend, KEY_0, "3");
  assertEquals([other.writer.meter.snapshotsWritten, writer.meter.snapshotsWritten], [1, 0]);
  assertEquals(snapshotsIn(directory.path, "json").get(0)?.version, 1);

  const muchLater = synchronous(directory.path, 2 * LATE_MS, { store, ledger });
  put(muchLater.backend, KEY_0, "4");
  assertEquals(snapshotsIn(directory.path, "json").get(0)?.entries, { [KEY_0]: "4" });
});

Deno.test("FileConnection.put() under the synchronous policy throws when the file cannot be replaced, leaves the shard dirty and lets go of it", () => {
  using directory = temporaryDirectory();
  const { backend, store, ledger } = synchronous(`${directory.path}/missing`, LATE_MS);
  assertThrows(() => put(backend, KEY_0, "1"), PersistError, `${directory.path}/missing/shard-0000-of-0003.json`);
  assertEquals(ledger.writtenVersion(0), 0);
  assertUnlocked(store, 0);
});

Deno.test("FileConnection.put() under the asynchronous policy queues a snapshot of its shard, its own put included", () => {
  const { backend, store, queue } = asynchronous();
  put(backend, KEY_0, "1");
  put(backend, KEY_1, "2");
  assertEquals([get(backend, KEY_0), get(backend, KEY_1), get(backend, OTHER_KEY_0)], ["1", "2", undefined]);
  assertEquals(drain(queue), [
    { shard: 0, version: 1, entries: { [KEY_0]: "1" } },
    { shard: 1, version: 1, entries: { [KEY_1]: "2" } },
  ]);
  assertUnlocked(store, 0);
});

Deno.test("FileConnection.put() under the asynchronous policy queues no stale snapshot behind another thread's", () => {
  const { backend, store, queue, clock } = asynchronous();
  const other = queueing({ store, queue, clock });
  put(backend, KEY_0, "1");
  put(other, OTHER_KEY_0, "2");
  put(backend, KEY_0, "3");
  // The newest supersedes the others.
  assertEquals(drain(queue), [{ shard: 0, version: 3, entries: { [KEY_0]: "3", [OTHER_KEY_0]: "2" } }]);
});

Deno.test("FileConnection.put() under the asynchronous policy queues the time of its put, of which the oldest counts", () => {
  const { backend, store, queue, clock } = asynchronous({ elapsedMs: EARLY_MS });
  const late = queueing({ store, queue, clock: clockAt(LATE_MS) });
  put(backend, KEY_0, "1");
  put(late, KEY_0, "2");
  put(late, KEY_1, "3");
  assertBetween(EARLY_MS, queue.queuedSinceMs(0), clock);
  assertGreaterOrEqual(queue.queuedSinceMs(1), LATE_MS);
  const snapshot = emptySnapshot();
  assert(queue.take(snapshot));
  assertEquals([snapshot.shard, snapshot.version], [0, 2]);
  assertBetween(EARLY_MS, snapshot.sinceMs, clock);
});

Deno.test("FileConnection.get() under the asynchronous policy queues nothing", () => {
  const { backend, queue } = asynchronous();
  assertEquals(get(backend, KEY_0), undefined);
  assertEquals(drain(queue), []);
});

Deno.test("FileConnection.put() under the asynchronous policy throws when its snapshot exceeds the queue's memory, and lets go of the shard", () => {
  const { backend, store } = asynchronous({ bytes: 64 });
  assertThrows(() => put(backend, KEY_0, "1"), SnapshotTooLargeError, "--queue-memory");
  assertUnlocked(store, 0);
});

Deno.test("FileConnection.put() under the asynchronous policy throws when the run fails while the queue is full, and lets go of the shard", () => {
  const { backend, store, abort } = asynchronous({ depth: 1 });
  put(backend, KEY_0, "1");
  abort.raise();
  assertThrows(() => put(backend, KEY_1, "2"), AbortError);
  assertUnlocked(store, 1);
});

Deno.test("FileConnection.put() under the periodic policy stays in memory, and marks its shard dirty at the first put only", () => {
  const { backend, store, ledger, clock } = periodic(EARLY_MS);
  const late = periodic(LATE_MS, { store, ledger });
  assertEquals([0, 1, 2].map((shard) => ledger.dirtySinceMs(shard)), [0, 0, 0]);
  put(backend, KEY_0, "1");
  const sinceMs = ledger.dirtySinceMs(0);
  assertBetween(EARLY_MS, sinceMs, clock);
  // However late, and whoever puts.
  put(late.backend, KEY_0, "2");
  put(backend, OTHER_KEY_0, "3");
  assertEquals([0, 1, 2].map((shard) => ledger.dirtySinceMs(shard)), [sinceMs, 0, 0]);
  put(late.backend, KEY_1, "4");
  assertEquals(ledger.dirtySinceMs(0), sinceMs);
  assertBetween(LATE_MS, ledger.dirtySinceMs(1), late.clock);
  assertEquals([get(late.backend, KEY_0), get(backend, KEY_1)], ["2", "4"]);
  assertEquals([store.version(0), ledger.writtenVersion(0)], [3, 0]);
  assertUnlocked(store, 0);
});

Deno.test("FileConnection.put() under the periodic policy marks its shard dirty again when a snapshot has been taken of it", () => {
  const { backend, store, ledger } = periodic(EARLY_MS);
  const late = periodic(LATE_MS, { store, ledger });
  put(backend, KEY_0, "1");
  const sinceMs = ledger.take(0);
  put(late.backend, KEY_0, "2");
  assertBetween(LATE_MS, ledger.dirtySinceMs(0), late.clock);
  assertEquals(ledger.takenSinceMs(0), sinceMs);
});

Deno.test("FileConnection.get() under the periodic policy marks nothing dirty", () => {
  const { backend, ledger } = periodic(EARLY_MS);
  assertEquals(get(backend, KEY_0), undefined);
  assertEquals([0, 1, 2].map((shard) => ledger.dirtySinceMs(shard)), [0, 0, 0]);
});

Deno.test("FileConnection.put() under the periodic policy leaves its shard as clean as it was when it has no room", () => {
  const store = SharedStore.create({ shards: 1, entriesPerShard: 1, arenaWordsPerShard: 1 }, Abort.create());
  const { backend, ledger } = periodic(EARLY_MS, { store });
  assertThrows(() => put(backend, "key", "too long for the shard ".repeat(10)), StoreFullError);
  assertEquals([ledger.dirtySinceMs(0), store.version(0)], [0, 0]);
  assertUnlocked(store, 0);
});

Deno.test("FileConnection.delete() is written, queued and marked as a put is", () => {
  using directory = temporaryDirectory();
  const late = synchronous(directory.path, LATE_MS);
  put(late.backend, KEY_0, "1");
  const muchLater = synchronous(directory.path, 2 * LATE_MS, late);
  muchLater.backend.delete(PaddedBytes.of(KEY_0));
  assertEquals(snapshotsIn(directory.path, "json").get(0), { shard: 0, shards: SHARDS, version: 2, entries: {} });
  assertEquals([get(late.backend, KEY_0), late.ledger.writtenVersion(0)], [undefined, 2]);

  const { backend, store, queue } = asynchronous();
  for (const key of [KEY_0, OTHER_KEY_0, KEY_1]) put(backend, key, "1");
  for (const key of [KEY_0, KEY_1]) backend.delete(PaddedBytes.of(key));
  assertEquals(drain(queue), [
    { shard: 0, version: 3, entries: { [OTHER_KEY_0]: "1" } },
    { shard: 1, version: 2, entries: {} },
  ]);
  assertUnlocked(store, 0);

  const swept = periodic(EARLY_MS);
  put(swept.backend, KEY_0, "1");
  swept.ledger.take(0);
  swept.backend.delete(PaddedBytes.of(KEY_0));
  assertBetween(EARLY_MS, swept.ledger.dirtySinceMs(0), swept.clock);
});

Deno.test("FileConnection.delete() of what is not there changes nothing, and is nothing to write", () => {
  using directory = temporaryDirectory();
  const late = synchronous(directory.path, LATE_MS);
  put(late.backend, KEY_0, "1");
  // The policy has been told the time of a put that is due.
  late.backend.delete(PaddedBytes.of(OTHER_KEY_0));
  late.backend.delete(PaddedBytes.of(KEY_1));
  assertEquals(late.writer.meter.snapshotsWritten, 1);
  assertEquals([0, 1].map((shard) => late.store.version(shard)), [1, 0]);
  assertUnlocked(late.store, 0);

  const { backend, queue } = asynchronous();
  backend.delete(PaddedBytes.of(KEY_0));
  assertEquals(drain(queue), []);

  const swept = periodic(EARLY_MS);
  swept.backend.delete(PaddedBytes.of(KEY_0));
  assertEquals(swept.ledger.dirtySinceMs(0), 0);
});

for (
  const [name, create] of [
    ["synchronous", synchronousOn],
    ["asynchronous", asynchronousOn],
    ["periodic", periodicOn],
  ] as const
) {
  Deno.test(`FileConnection.put() under the ${name} policy throws when the shard is full, keeps what it has and lets go of it`, () => {
    using directory = temporaryDirectory();
    const size = { shards: 1, entriesPerShard: 1, arenaWordsPerShard: 20 };
    const store = SharedStore.create(size, Abort.create());
    const backend = create(store, directory.path);
    let puts = 0;
    assertThrows(() => {
      for (;; puts++) put(backend, `k${puts}`, "1");
    }, StoreFullError);
    assert(puts > 0);
    assertUnlocked(store, 0);
    assertEquals([get(backend, "k0"), get(backend, `k${puts}`)], ["1", undefined]);
    assertEquals(store.version(0), puts);
  });
}

function synchronousOn(store: SharedStore, directory: string): SynchronousConnection {
  return synchronous(directory, EARLY_MS, { store }).backend;
}

function periodicOn(store: SharedStore): SynchronousConnection {
  return periodic(EARLY_MS, { store }).backend;
}

function asynchronousOn(store: SharedStore): SynchronousConnection {
  return asynchronous({ store, depth: 64 }).backend;
}
