/**
 * Tests of the file backends: when a put writes or queues its shard, and what it leaves when that fails.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Backend } from "../../lib/backend/backend.ts";
import { AsynchronousBackend, SynchronousBackend } from "../../lib/backend/file.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { Ledger } from "../../lib/persist/ledger.ts";
import { PersistError } from "../../lib/persist/persist_error.ts";
import { shardFileName } from "../../lib/persist/shard_file.ts";
import { ShardWriter } from "../../lib/persist/shard_writer.ts";
import { type QueuedSnapshot, SnapshotQueue, SnapshotTooLargeError } from "../../lib/persist/snapshot_queue.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { StoreFullError } from "../../lib/store/store_full_error.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { namesIn, snapshotsIn, temporaryDirectory } from "../run/files.ts";
import { clockAt, keyOfShard, newStore } from "./fixtures.ts";

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
  const writer = new ShardWriter({ store, ledger, clock, codec: CODECS[serializer], directory });
  const backend = new SynchronousBackend({ store, ledger, clock, writer, periodMs: PERIOD_MS });
  return { backend, store, ledger, writer };
}

function asynchronous(options: { depth?: number; bytes?: number; store?: SharedStore } = {}) {
  const { depth = 8, bytes = 2 ** 16, store = newStore(SHARDS) } = options;
  const abort = Abort.create({ tickMs: 10 });
  const queue = SnapshotQueue.create({ depth, bytes, shards: store.size.shards }, abort);
  const backend = new AsynchronousBackend({ store, codec: CODECS.json, queue });
  return { backend, store, queue, abort };
}

function put(backend: Backend, key: string, value: string): void {
  backend.put(PaddedBytes.of(key), PaddedBytes.of(value));
}

function get(backend: Backend, key: string): string | undefined {
  const out = new PaddedBytes(16);
  return backend.get(PaddedBytes.of(key), out) ? out.toString() : undefined;
}

/** Takes all that is queued. */
function drain(queue: SnapshotQueue): { shard: number; version: number; entries: Readonly<Record<string, string>> }[] {
  queue.close();
  const snapshot: QueuedSnapshot = { shard: 0, version: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  const taken = [];
  while (queue.take(snapshot)) {
    const { entries } = CODECS.json.decode(new Uint8Array(snapshot.bytes));
    taken.push({ shard: snapshot.shard, version: snapshot.version, entries });
    queue.release();
  }
  return taken;
}

/** Checks that the shard's lock is free, so that others can go on. */
function assertUnlocked(store: SharedStore, shard: number): void {
  // With the run aborted, waiting for a lock that is held throws; a free one is taken.
  const abort = Abort.create({ tickMs: 1 });
  const view = SharedStore.attach({ ...store.handle(), abort: abort.handle() });
  abort.raise();
  view.lockShard(shard);
  view.unlockShard(shard);
}

/** Two keys of shard 0 and one of shard 1. */
const [KEY_0, OTHER_KEY_0, KEY_1] = [
  keyOfShard(0, { shards: SHARDS }),
  keyOfShard(0, { shards: SHARDS, n: 1 }),
  keyOfShard(1, { shards: SHARDS }),
];

Deno.test("SynchronousBackend.put() stays in memory until the period is over", () => {
  using directory = temporaryDirectory();
  const { backend, store, ledger, writer } = synchronous(directory.path, EARLY_MS);
  put(backend, KEY_0, "1");
  put(backend, KEY_0, "2");
  assertEquals(get(backend, KEY_0), "2");
  assertEquals(namesIn(directory.path), []);
  assertEquals([store.version(0), ledger.writtenVersion(0)], [2, 0]);
  assertEquals(writer.counts, { snapshotsWritten: 0, bytesWritten: 0 });
});

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`SynchronousBackend.put() writes its shard, its own put included, when the period is over: ${serializer}`, () => {
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
    assertEquals(late.writer.counts, { snapshotsWritten: 1, bytesWritten });
  });
}

Deno.test("SynchronousBackend.put() counts the period from the shard's last write, whoever made it", () => {
  using directory = temporaryDirectory();
  const { backend, store, ledger, writer } = synchronous(directory.path, LATE_MS);
  const other = synchronous(directory.path, LATE_MS, { store, ledger });
  put(other.backend, KEY_0, "1");
  put(backend, KEY_0, "2");
  put(other.backend, KEY_0, "3");
  assertEquals([other.writer.counts.snapshotsWritten, writer.counts.snapshotsWritten], [1, 0]);
  assertEquals(snapshotsIn(directory.path, "json").get(0)?.version, 1);

  const muchLater = synchronous(directory.path, 2 * LATE_MS, { store, ledger });
  put(muchLater.backend, KEY_0, "4");
  assertEquals(snapshotsIn(directory.path, "json").get(0)?.entries, { [KEY_0]: "4" });
});

Deno.test("SynchronousBackend.put() throws when the file cannot be replaced, leaves the shard dirty and lets go of it", () => {
  using directory = temporaryDirectory();
  const { backend, store, ledger } = synchronous(`${directory.path}/missing`, LATE_MS);
  assertThrows(() => put(backend, KEY_0, "1"), PersistError, `${directory.path}/missing/shard-0000-of-0003.json`);
  assertEquals(ledger.writtenVersion(0), 0);
  assertUnlocked(store, 0);
});

Deno.test("AsynchronousBackend.put() queues a snapshot of its shard, its own put included", () => {
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

Deno.test("AsynchronousBackend.put() queues no stale snapshot behind another thread's", () => {
  const { backend, store, queue } = asynchronous();
  const other = new AsynchronousBackend({ store, codec: CODECS.json, queue });
  put(backend, KEY_0, "1");
  put(other, OTHER_KEY_0, "2");
  put(backend, KEY_0, "3");
  // The newest supersedes the others.
  assertEquals(drain(queue), [{ shard: 0, version: 3, entries: { [KEY_0]: "3", [OTHER_KEY_0]: "2" } }]);
});

Deno.test("AsynchronousBackend.get() queues nothing", () => {
  const { backend, queue } = asynchronous();
  assertEquals(get(backend, KEY_0), undefined);
  assertEquals(drain(queue), []);
});

Deno.test("AsynchronousBackend.put() throws when its snapshot exceeds the queue's memory, and lets go of the shard", () => {
  const { backend, store } = asynchronous({ bytes: 64 });
  assertThrows(() => put(backend, KEY_0, "1"), SnapshotTooLargeError, "--queue-memory");
  assertUnlocked(store, 0);
});

Deno.test("AsynchronousBackend.put() throws when the run fails while the queue is full, and lets go of the shard", () => {
  const { backend, store, abort } = asynchronous({ depth: 1 });
  put(backend, KEY_0, "1");
  abort.raise();
  assertThrows(() => put(backend, KEY_1, "2"), AbortError);
  assertUnlocked(store, 1);
});

for (
  const [name, create] of [["SynchronousBackend", synchronousOn], ["AsynchronousBackend", asynchronousOn]] as const
) {
  Deno.test(`${name}.put() throws when the shard is full, keeps what it has and lets go of it`, () => {
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

function synchronousOn(store: SharedStore, directory: string): Backend {
  return synchronous(directory, EARLY_MS, { store }).backend;
}

function asynchronousOn(store: SharedStore): Backend {
  return asynchronous({ store, depth: 64 }).backend;
}
