/**
 * Tests of the writer: what it writes, and that the ledger says so neither too early nor too late.
 *
 * @module
 */
import { decode } from "../codec/decode.ts";
import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertThrows } from "@std/assert";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { AbortError } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { sharedNowMs } from "../../lib/sync/shared_time.ts";
import {
  assertUnlocked,
  countsOf,
  filesIn,
  isDirty,
  namesIn,
  persistedStore,
  persistenceOf,
  snapshotOf,
  TemporaryDirectory,
  timesOf,
  writeShard,
} from "./fixtures.ts";

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`Writer.writeFile() writes the shard's ${serializer} snapshot as it is now`, () => {
    using directory = new TemporaryDirectory();
    const persisted = persistedStore({ directory: directory.path, shards: 1, serializer });
    const { store, ledger, writer } = persisted;
    const path = directory.join(`shard-0000-of-0001.${serializer}`);
    let bytesWritten = 0;
    for (const [version, value] of ["first", "second, and longer", "3"].entries()) {
      store.putString("key", value);
      writeShard(persisted, 0);
      const bytes = Deno.readFileSync(path);
      const snapshot = decode(CODECS[serializer], bytes);
      assertEquals({ ...snapshot, entries: { ...snapshot.entries } }, {
        shard: 0,
        shards: 1,
        version: version + 1,
        entries: { key: value },
      });
      assertEquals(ledger.writtenVersion(0), version + 1);
      bytesWritten += bytes.length;
      assertEquals(countsOf(writer.meter), { snapshotsWritten: version + 1, bytesWritten, times: version + 1 });
    }
    assertEquals(namesIn(directory.path), [`shard-0000-of-0001.${serializer}`]);
  });
}

Deno.test("Writer.flush() records the version of what was accepted, not the store's, and when it was in place", () => {
  using directory = new TemporaryDirectory();
  const { store, ledger } = persistedStore({ directory: directory.path, shards: 3, serializer: "json" });
  const clock = Clock.create();
  const { writer } = persistenceOf({ store, ledger, clock }, { directory: directory.path, serializer: "json" });
  const bytes = snapshotOf(CODECS.json, { key: "value" }, { shard: 1, shards: 3, version: 41 });
  store.restoreVersion(1, 42);

  const earliestMs = clock.nowMs();
  writer.accept({ shard: 1, version: 41, bytes, sinceMs: 0 });
  writer.flush();
  const latestMs = clock.nowMs();

  assertEquals(Deno.readFileSync(directory.join("shard-0001-of-0003.json")), bytes);
  assertEquals([0, 1, 2].map((shard) => ledger.writtenVersion(shard)), [0, 41, 0]);
  assertGreaterOrEqual(ledger.writtenAtMs(1), earliestMs);
  assertLessOrEqual(ledger.writtenAtMs(1), latestMs);
  assert(isDirty({ store, ledger }, 1));
});

Deno.test("Writer.writeFile() leaves ledger and counts as they were when the file cannot be replaced", () => {
  using directory = new TemporaryDirectory();
  const persisted = persistedStore({ directory: directory.path, shards: 1, serializer: "json" });
  const { store, ledger, writer } = persisted;
  store.putString("key", "old");
  writeShard(persisted, 0);
  const before = { files: filesIn(directory.path), counts: countsOf(writer.meter), atMs: ledger.writtenAtMs(0) };
  store.putString("key", "new");
  const inTheWay = directory.join("shard-0000-of-0001.json.tmp");
  Deno.mkdirSync(inTheWay);

  const error = assertThrows(() => writeShard(persisted, 0), PersistError);

  assertEquals(error.message, `Cannot create ${inTheWay}: File exists (os error 17)`);
  assertEquals(ledger.writtenVersion(0), 1);
  assertEquals(ledger.writtenAtMs(0), before.atMs);
  assertEquals(countsOf(writer.meter), before.counts);
  assert(isDirty({ store, ledger }, 0));
  Deno.removeSync(inTheWay);
  assertEquals(filesIn(directory.path), before.files);
  // A write that has failed ends all writing: the run fails.
  assertThrows(() => writer.rewriteStaleFiles(), AbortError);
  assertEquals(filesIn(directory.path), before.files);
  assert(isDirty({ store, ledger }, 0));
});

Deno.test("Writer.rewriteStaleFiles() writes each shard that was put into since it was written, and no other", () => {
  using directory = new TemporaryDirectory();
  const shards = 4;
  const { store, ledger, writer } = persistedStore({ directory: directory.path, shards, serializer: "cbor" });
  // As after a load: version 9 in memory and on disk.
  store.restoreVersion(3, 9);
  ledger.recordWritten(3, { version: 9, atMs: 0 });
  writer.rewriteStaleFiles();
  assertEquals(namesIn(directory.path), []);

  for (let i = 0; i < 50; i++) store.putString(`key ${i}`, "value");
  const put = [0, 1, 2, 3].filter((shard) => store.count(shard) > 0);
  assertEquals(put, [0, 1, 2, 3]);
  writer.rewriteStaleFiles();
  const before = filesIn(directory.path);
  assertEquals(before.map(({ name }) => name), put.map((shard) => `shard-000${shard}-of-0004.cbor`));
  writer.rewriteStaleFiles();
  assertEquals(filesIn(directory.path), before);
  assertEquals(writer.meter.snapshotsWritten, shards);
  for (let shard = 0; shard < shards; shard++) assertEquals(ledger.writtenVersion(shard), store.version(shard));
});

Deno.test("Writer.writeFile() counts how long the first unpersisted put waited, and the shard is no longer dirty", () => {
  using directory = new TemporaryDirectory();
  const { store, ledger } = persistedStore({ directory: directory.path, shards: 2, serializer: "json" });
  // A minute has passed on this clock.
  const clock = Clock.attach({ originMs: sharedNowMs() - 60_000 });
  const { writer } = persistenceOf({ store, ledger, clock }, { directory: directory.path, serializer: "json" });
  store.putString("key", "value");
  const shard = store.version(0) > 0 ? 0 : 1;
  ledger.markDirty(shard, 10_000);

  writer.writeFile(shard);
  assertUnlocked(store, shard);

  const elapsedMs = clock.nowMs() - 10_000;
  assertEquals(countsOf(writer.meter), {
    snapshotsWritten: 1,
    bytesWritten: Deno.statSync(directory.join(`shard-000${shard}-of-0002.json`)).size,
    times: 1,
  });
  // Three digits of it are kept.
  const tookMs = timesOf(writer.meter)!.max / 1e6;
  assertGreaterOrEqual(tookMs, 50_000 * 0.99);
  assertLessOrEqual(tookMs, elapsedMs * 1.01);
  assertEquals([ledger.dirtySinceMs(shard), ledger.takenSinceMs(shard)], [0, 0]);

  // Once more, without a put: there is nothing to write.
  writer.writeFile(shard);
  assertEquals(countsOf(writer.meter).times, 1);
});

Deno.test("Writer.writeFile() keeps the side when the other file cannot be overwritten", () => {
  using directory = new TemporaryDirectory();
  const files = { directory: directory.path, serializer: "json", replace: "alternate" } as const;
  const persisted = persistedStore({ ...files, shards: 1 });
  const { store, ledger, shardFiles, writer } = persisted;
  store.putString("key", "old");
  writeShard(persisted, 0);
  const before = filesIn(directory.path);
  store.putString("key", "new");
  const inTheWay = directory.join("shard-0000-of-0001.b.json");
  Deno.mkdirSync(inTheWay);

  const error = assertThrows(() => writeShard(persisted, 0), PersistError);

  assert(error.message.includes(inTheWay), error.message);
  assertEquals([shardFiles.newest(0), ledger.writtenVersion(0), writer.meter.snapshotsWritten], ["a", 1, 1]);
  Deno.removeSync(inTheWay);
  assertEquals(filesIn(directory.path), before);
});
