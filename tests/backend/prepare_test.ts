/**
 * Tests of the preparation: what a backend is made of, what is loaded into it, and what a failure lets go of.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertRejects } from "@std/assert";
import { connectShared } from "./shared.ts";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { prepareMemory } from "../../lib/backend/memory.ts";
import { type PreparedFiles, prepareFiles } from "../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import type { SnapshotHandle } from "../../lib/persist/layout/snapshot/snapshot.ts";
import { ShardFiles } from "../../lib/persist/layout/snapshot/shard_files.ts";
import { attachPersistence } from "../../lib/persist/persistence.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/snapshot/replacement.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { SYNC_NAMES } from "../../lib/persist/durability.ts";
import { WriteQueue } from "../../lib/persist/write_queue.ts";
import { openFilesLimit } from "../../lib/system/system.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { leftOversIn, namesIn, temporaryDirectory } from "../run/files.ts";
import { emptySnapshot, fileOptions, KEYS } from "./fixtures.ts";

const SYNCHRONOUS: PersistencePolicy = { kind: "synchronous", writePeriodUs: 1000 };
const COMMIT: PersistencePolicy = { kind: "commit", commitDelayUs: 0 };

const THREADS = 4;

async function prepare(options: FileBackendOptions, abort = Abort.create()): Promise<PreparedFiles> {
  return await prepareFiles(options, KEYS, { abort, clock: Clock.create(), threads: THREADS });
}

/** Puts into a directory, through all of its policy's ways, and lets go of it. */
async function fill(options: FileBackendOptions, entries: Readonly<Record<string, string>>): Promise<void> {
  const prepared = await prepare(options);
  for (const [key, value] of Object.entries(entries)) prepared.store.putString(key, value);
  attachPersistence(prepared.persistence, 0).writer.rewriteStaleFiles();
  prepared.directory.close();
}

const ENTRIES = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key ${i}`, `value ${i}`]));

Deno.test("prepareMemory() makes a store for the keys, which its handle leads to", () => {
  const { store, handle } = prepareMemory(KEYS, { abort: Abort.create(), threads: 2 });
  const backend = connectShared(handle, 0);
  for (const [key, value] of Object.entries(ENTRIES)) backend.put(PaddedBytes.of(key), PaddedBytes.of(value));
  for (const [key, value] of Object.entries(ENTRIES)) assertEquals(store.getString(key), value);
});

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`prepareFiles() loads what an earlier one has left, versions included: ${serializer}`, async () => {
    using directory = temporaryDirectory();
    const options = fileOptions(`${directory.path}/new/output`, { serializer });
    await fill(options, ENTRIES);
    await fill(options, { "key 0": "newer" });

    const { store, ledger, filesLoaded, entriesLoaded, filesSetAside, directory: held } = await prepare(options);
    assertEquals({ filesLoaded, entriesLoaded, filesSetAside }, {
      filesLoaded: 3,
      entriesLoaded: 50,
      filesSetAside: [],
    });
    for (const [key, value] of Object.entries({ ...ENTRIES, "key 0": "newer" })) {
      assertEquals(store.getString(key), value);
    }
    const versions = [0, 1, 2].map((shard) => store.version(shard));
    assertEquals(versions.reduce((sum, version) => sum + version), 51);
    assertEquals([0, 1, 2].map((shard) => ledger.writtenVersion(shard)), versions, "nothing loaded is dirty");
    held.close();
  });
}

Deno.test("prepareFiles() has room for what is loaded beside all of the load's keys", async () => {
  using directory = temporaryDirectory();
  const options = fileOptions(directory.path, { fileCount: 1 });
  const foreign = Object.fromEntries(Array.from({ length: KEYS.keyCount }, (_, i) => [`foreign ${i}`, "x"]));
  await fill(options, foreign);
  const { store, directory: held } = await prepare(options);
  for (let i = 0; i < KEYS.keyCount; i++) store.putString(`own ${i}`, "x".repeat(KEYS.valueLengthMax));
  for (const key of Object.keys(foreign)) assertEquals(store.getString(key), "x");
  held.close();
});

Deno.test("prepareFiles() reports what it sets aside, and loads the rest", async () => {
  using directory = temporaryDirectory();
  const options = fileOptions(directory.path);
  await fill(options, ENTRIES);
  const path = `${directory.path}/shard-0001-of-0003.json`;
  Deno.writeTextFileSync(path, "{}");

  const { filesLoaded, filesSetAside, store, directory: held } = await prepare(options);

  assertEquals([filesLoaded, filesSetAside.length, filesSetAside[0]?.path], [2, 1, path]);
  assertEquals(Deno.readTextFileSync(filesSetAside[0]?.backupPath ?? ""), "{}");
  assertEquals(store.version(1), 0);
  held.close();
});

Deno.test("prepareFiles() makes a queue for the asynchronous policy alone", async () => {
  using directory = temporaryDirectory();
  const synchronous = await prepare(fileOptions(`${directory.path}/a`, { policy: SYNCHRONOUS }));
  assertEquals(synchronous.queue, undefined);
  assert(synchronous.handle.kind === "file");
  assertEquals(synchronous.handle.persistence.policy, SYNCHRONOUS);
  assertEquals(synchronous.handle.persistence.queue, undefined);
  synchronous.directory.close();

  const asynchronous = await prepare(fileOptions(`${directory.path}/b`));
  assertEquals([asynchronous.persistence.queue?.size.depth, asynchronous.queue?.size.depth], [4, 4]);
  asynchronous.directory.close();

  const periodic = await prepare(
    fileOptions(`${directory.path}/c`, { policy: { kind: "periodic", flushPeriodUs: 1000 } }),
  );
  assertEquals([periodic.persistence.queue, periodic.queue], [undefined, undefined]);
  periodic.directory.close();
});

Deno.test("prepareFiles() hands on how snapshots are replaced and synced, and whom to tell", async () => {
  using directory = temporaryDirectory();
  for (const replace of REPLACE_NAMES) {
    for (const sync of SYNC_NAMES) {
      const { persistence, directory: held } = await prepare(
        fileOptions(directory.path, { layout: { kind: "snapshot", replace }, sync }),
      );
      const layout = persistence.layout as SnapshotHandle;
      assertEquals([layout.kind, layout.replace, persistence.sync, persistence.witness], [
        "snapshot",
        replace,
        sync,
        undefined,
      ]);
      held.close();
    }
  }
  const context = { abort: Abort.create(), clock: Clock.create(), threads: THREADS, witness: "/witness" };
  const { persistence, directory: held } = await prepareFiles(fileOptions(directory.path), KEYS, context);
  assertEquals(persistence.witness, "/witness");
  held.close();
});

Deno.test("prepareFiles() lets writers keep files open within the system's limit", async () => {
  using directory = temporaryDirectory();
  const limit = openFilesLimit() ?? 1024;
  const periodic: PersistencePolicy = { kind: "periodic", flushPeriodUs: 1000 };
  // Under these policies every load worker writes, and at the end the file worker.
  for (const [policy, writers] of [[SYNCHRONOUS, THREADS + 1], [COMMIT, THREADS + 1], [periodic, 1]] as const) {
    for (const replace of REPLACE_NAMES) {
      const { persistence, directory: held } = await prepare(
        fileOptions(directory.path, { policy, layout: { kind: "snapshot", replace } }),
      );
      held.close();
      assertGreaterOrEqual(persistence.openFilesMax, 1);
      assertLess(writers * persistence.openFilesMax, limit);
    }
  }
});

Deno.test("prepareFiles() loads the newer of a shard's two files, and which one that is", async () => {
  using directory = temporaryDirectory();
  const options = fileOptions(directory.path, { layout: { kind: "snapshot", replace: "alternate" }, fileCount: 1 });
  for (const [value, side] of [["first", "a"], ["second", "b"], ["third", "a"]] as const) {
    await fill(options, { key: value });
    const { store, persistence, filesLoaded, entriesLoaded, directory: held } = await prepare(options);
    assert(persistence.layout.kind === "snapshot");
    const shardFiles = ShardFiles.attach((persistence.layout as SnapshotHandle).shardFiles);
    assertEquals([store.getString("key"), shardFiles.newest(0), filesLoaded, entriesLoaded], [value, side, 1, 1]);
    held.close();
  }
});

Deno.test("prepareFiles() takes no more memory for the queue than its slots can fill, and no less", async () => {
  using directory = temporaryDirectory();
  const queueDepth = 4;
  const policy: PersistencePolicy = { kind: "asynchronous", queueDepth, queueMemoryBytes: 2 ** 40 };
  const abort = Abort.create({ tickMs: 10 });
  const options = fileOptions(directory.path, { fileCount: 1, policy });
  const { queue, handle, directory: held } = await prepare(options, abort);
  assert(queue !== undefined);
  // Room for five snapshots of nothing but escapes, six times as long as in the arena.
  assertLess(WriteQueue.byteLength(queue.size), 600_000);
  // Snapshots of the shard with all of its keys, every byte escaped, fill every slot. A put that had to wait would
  // throw.
  abort.raise();
  const backend = connectShared(handle, 0);
  const value = PaddedBytes.of("\x01".repeat(KEYS.valueLengthMax));
  const snapshot = emptySnapshot();
  for (let i = 0; i < KEYS.keyCount; i++) {
    const key = String(i).padStart(KEYS.keyLengthMax, "\x01");
    backend.put(PaddedBytes.of(key), value);
    if (i < KEYS.keyCount - queueDepth) {
      assert(queue.take(snapshot));
      queue.release();
    }
  }
  assert(queue.take(snapshot));
  assertEquals([snapshot.version, queue.release()], [KEYS.keyCount, queueDepth]);
  held.close();
});

Deno.test("prepareFiles() removes what a broken replacement has left", async () => {
  using directory = temporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/shard-0001-of-0003.json.tmp`, "half a snap");
  const { directory: held } = await prepare(fileOptions(directory.path));
  assertEquals(leftOversIn(directory.path), []);
  held.close();
});

Deno.test("prepareFiles() lets go of the directory when it fails", async () => {
  using directory = temporaryDirectory();
  const options = fileOptions(directory.path);
  await fill(options, ENTRIES);
  await assertRejects(() => prepare({ ...options, fileCount: 4 }), PersistError, "--file-count=3");
  const again = await prepare(options);
  await assertRejects(() => prepare(options), PersistError, "locked");
  again.directory.close();
});

Deno.test("prepareFiles() without an output makes a directory that goes away when it is closed", async () => {
  const { output: _, ...options } = fileOptions("");
  const { directory } = await prepare(options);
  assertEquals(namesIn(directory.path), ["LOCK"]);
  directory.close();
  await assertRejects(() => Deno.stat(directory.path), Deno.errors.NotFound);
});
