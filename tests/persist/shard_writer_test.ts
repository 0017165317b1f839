/**
 * Tests of the shard writer: what it writes, and that the ledger says so neither too early nor too late.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertGreaterOrEqual, assertLessOrEqual, assertThrows } from "@std/assert";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { PersistError } from "../../lib/persist/persist_error.ts";
import { ShardWriter } from "../../lib/persist/shard_writer.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { filesIn, namesIn, persistedStore, snapshotOf, TemporaryDirectory } from "./fixtures.ts";

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`ShardWriter.writeShard() writes the shard's ${serializer} snapshot as it is now`, () => {
    using directory = new TemporaryDirectory();
    const { store, ledger, writer } = persistedStore({ directory: directory.path, shards: 1, serializer });
    const path = directory.join(`shard-0000-of-0001.${serializer}`);
    let bytesWritten = 0;
    for (const [version, value] of ["first", "second, and longer", "3"].entries()) {
      store.putString("key", value);
      writer.writeShard(0);
      const bytes = Deno.readFileSync(path);
      const snapshot = CODECS[serializer].decode(bytes);
      assertEquals({ ...snapshot, entries: { ...snapshot.entries } }, {
        shard: 0,
        shards: 1,
        version: version + 1,
        entries: { key: value },
      });
      assertEquals(ledger.writtenVersion(0), version + 1);
      bytesWritten += bytes.length;
      assertEquals(writer.counts, { snapshotsWritten: version + 1, bytesWritten });
    }
    assertEquals(namesIn(directory.path), [`shard-0000-of-0001.${serializer}`]);
  });
}

Deno.test("ShardWriter.write() records the version of the snapshot, not the store's, and when it was in place", () => {
  using directory = new TemporaryDirectory();
  const { store, ledger } = persistedStore({ directory: directory.path, shards: 3, serializer: "json" });
  const clock = Clock.create();
  const writer = new ShardWriter({ store, ledger, clock, codec: CODECS.json, directory: directory.path });
  const bytes = snapshotOf(CODECS.json, { key: "value" }, { shard: 1, shards: 3, version: 41 });
  store.restoreVersion(1, 42);

  const earliestMs = clock.nowMs();
  writer.write(1, 41, bytes);
  const latestMs = clock.nowMs();

  assertEquals(Deno.readFileSync(directory.join("shard-0001-of-0003.json")), bytes);
  assertEquals([0, 1, 2].map((shard) => ledger.writtenVersion(shard)), [0, 41, 0]);
  assertGreaterOrEqual(ledger.writtenAtMs(1), earliestMs);
  assertLessOrEqual(ledger.writtenAtMs(1), latestMs);
  assert(writer.isDirty(1));
});

Deno.test("ShardWriter.write() leaves ledger and counts as they were when the file cannot be replaced", () => {
  using directory = new TemporaryDirectory();
  const { store, ledger, writer } = persistedStore({ directory: directory.path, shards: 1, serializer: "json" });
  store.putString("key", "old");
  writer.writeShard(0);
  const before = { files: filesIn(directory.path), counts: writer.counts, atMs: ledger.writtenAtMs(0) };
  store.putString("key", "new");
  const inTheWay = directory.join("shard-0000-of-0001.json.tmp");
  Deno.mkdirSync(inTheWay);

  const error = assertThrows(() => writer.writeShard(0), PersistError);

  assertEquals(error.message, `Cannot create ${inTheWay}: File exists (os error 17)`);
  assertEquals(ledger.writtenVersion(0), 1);
  assertEquals(ledger.writtenAtMs(0), before.atMs);
  assertEquals(writer.counts, before.counts);
  assert(writer.isDirty(0));
  Deno.removeSync(inTheWay);
  assertEquals(filesIn(directory.path), before.files);
  writer.writeDirtyShards();
  assertFalse(writer.isDirty(0));
  assertEquals(ledger.writtenVersion(0), 2);
});

Deno.test("ShardWriter.writeDirtyShards() writes each shard that was put into since it was written, and no other", () => {
  using directory = new TemporaryDirectory();
  const shards = 4;
  const { store, ledger, writer } = persistedStore({ directory: directory.path, shards, serializer: "cbor" });
  // As after a load: version 9 in memory and on disk.
  store.restoreVersion(3, 9);
  ledger.recordWritten(3, 9, 0);
  writer.writeDirtyShards();
  assertEquals(namesIn(directory.path), []);

  for (let i = 0; i < 50; i++) store.putString(`key ${i}`, "value");
  const put = [0, 1, 2, 3].filter((shard) => store.count(shard) > 0);
  assertEquals(put, [0, 1, 2, 3]);
  writer.writeDirtyShards();
  const before = filesIn(directory.path);
  assertEquals(before.map(({ name }) => name), put.map((shard) => `shard-000${shard}-of-0004.cbor`));
  writer.writeDirtyShards();
  assertEquals(filesIn(directory.path), before);
  assertEquals(writer.counts.snapshotsWritten, shards);
  for (let shard = 0; shard < shards; shard++) assertEquals(ledger.writtenVersion(shard), store.version(shard));
});
