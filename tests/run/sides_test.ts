/**
 * Tests of directories in which shards have several files: the newest sound one wins, whatever strategy wrote it.
 *
 * @module
 */
import type { SnapshotHandle } from "../../lib/persist/layout/snapshot/snapshot.ts";
import { ShardFiles } from "../../lib/persist/layout/snapshot/shard_files.ts";
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { type PreparedFiles, prepareFiles } from "../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { inspectDirectory } from "../../lib/inspect/inspect.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { SEED_KEY_SPACE } from "../../lib/load/seed_workload.ts";
import { REPLACE_NAMES, type ReplaceName } from "../../lib/persist/layout/snapshot/replacement.ts";
import { shardFileName } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import { run } from "../../lib/run/runner.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { encodeShard, storeOf } from "../codec/fixtures.ts";
import { temporaryDirectory } from "./files.ts";

function backendOf(
  output: string,
  serializer: SerializerName,
  replace: ReplaceName,
  fileCount = 1,
): FileBackendOptions {
  const policy = { kind: "periodic", flushPeriodUs: 5000 } as const;
  return { kind: "file", output, fileCount, serializer, policy, layout: { kind: "snapshot", replace }, sync: "none" };
}

/** Opens the directory, and lets go of it. */
async function open(backend: FileBackendOptions): Promise<PreparedFiles> {
  const files = await prepareFiles(backend, SEED_KEY_SPACE, {
    abort: Abort.create(),
    clock: Clock.create(),
    threads: 1,
  });
  files.directory.close();
  return files;
}

/** The bytes of the one shard's snapshot after so many puts, the last of which says how many. */
function snapshot(serializer: SerializerName, version: number): Uint8Array<ArrayBuffer> {
  return encodeShard(CODECS[serializer], storeOf(Array.from({ length: version }, (_, i) => ["key", `${i + 1}`])));
}

for (const serializer of SERIALIZER_NAMES) {
  const names = ([undefined, "a", "b"] as const).map((side) => shardFileName(0, 1, serializer, side));

  for (const newest of [0, 1, 2]) {
    Deno.test(`the newest of a shard's ${serializer} files wins when that is ${names[newest]}`, async () => {
      using directory = temporaryDirectory();
      for (const [i, name] of names.entries()) {
        Deno.writeFileSync(`${directory.path}/${name}`, snapshot(serializer, i === newest ? 9 : 3 + i));
      }
      const { store, ledger, persistence, filesSetAside } = await open(
        backendOf(directory.path, serializer, "alternate"),
      );
      assertEquals([store.version(0), store.getString("key"), ledger.writtenVersion(0)], [9, "9", 9]);
      assert(persistence.layout.kind === "snapshot");
      assertEquals(
        ShardFiles.attach((persistence.layout as SnapshotHandle).shardFiles).newest(0),
        ([undefined, "a", "b"] as const)[newest],
      );
      assertEquals(filesSetAside, []);
    });
  }

  for (const tornIndex of [1, 2]) {
    Deno.test(`a torn ${names[tornIndex]} is mended from its shard's other side, and written next`, async () => {
      using directory = temporaryDirectory();
      for (const index of [1, 2]) {
        const bytes = snapshot(serializer, index === tornIndex ? 9 : 8);
        const left = index === tornIndex ? bytes.slice(0, bytes.length - 5) : bytes;
        Deno.writeFileSync(`${directory.path}/${names[index]}`, left);
      }
      const { totals } = inspectDirectory(directory.path, { forceRead: false });
      assertEquals([totals.health.torn, totals.health.damaged, totals.unreadableParts], [1, 0, 0]);
      const { store, filesSetAside, filesTorn } = await open(backendOf(directory.path, serializer, "alternate"));
      assertEquals([store.version(0), store.getString("key")], [8, "8"]);
      assertEquals([filesSetAside, filesTorn.map(({ path }) => path)], [[], [`${directory.path}/${names[tornIndex]}`]]);
      const again = await open(backendOf(directory.path, serializer, "alternate"));
      assertEquals([again.store.version(0), again.filesSetAside, again.filesTorn], [8, [], []]);
    });
  }

  Deno.test(`runs that change --replace on one ${serializer} directory go on from the newest version each time`, async () => {
    using directory = temporaryDirectory();
    let expected = 0;
    for (const replace of [...REPLACE_NAMES, ...REPLACE_NAMES.toReversed(), "alternate", "rename"] as const) {
      const backend = backendOf(directory.path, serializer, replace, 3);
      const { threads } = await run({
        threads: 1,
        loadTimeMs: 30,
        ops: 2000,
        workload: { kind: "seed" },
        pattern: "unthrottled",
        seed: expected,
        backend,
      });
      const writes = threads.reduce((sum, { writes }) => sum + writes, 0);
      assertGreater(writes, 0);
      expected += writes;
      const { store, filesSetAside } = await open(backend);
      assertEquals([0, 1, 2].reduce((sum, shard) => sum + store.version(shard), 0), expected, replace);
      assertEquals(filesSetAside, []);
    }
  });
}
