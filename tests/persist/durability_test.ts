/**
 * Tests of what is called synced: only what survives a power loss.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { CODECS } from "../../lib/codec/codecs.ts";
import { ShardDirectory } from "../../lib/directory/directory.ts";
import { Ledger } from "../../lib/persist/ledger.ts";
import { loadDirectory, makeLoadedDurable, surveyDirectory } from "../../lib/persist/layout/snapshot/loader.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { REPLACE_NAMES, type ReplaceName } from "../../lib/persist/layout/snapshot/replacement.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { SYNC_NAMES, type SyncName } from "../../lib/persist/durability.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { temporaryDirectory } from "../run/files.ts";
import { persistenceOf } from "./fixtures.ts";

const STORE_SIZE = { shards: 1, entriesPerShard: 4, arenaWordsPerShard: 64 };

/** A store of one shard and its writer. */
function createWriter(
  directory: string,
  { replace, sync, policy = { kind: "periodic", flushPeriodUs: 1000 } }: {
    replace: ReplaceName;
    sync: SyncName;
    policy?: PersistencePolicy;
  },
) {
  const store = SharedStore.create(STORE_SIZE, Abort.create());
  const ledger = Ledger.create(STORE_SIZE.shards);
  const files = { directory, serializer: "json", replace, sync, openFilesMax: 2, policy } as const;
  const { writer } = persistenceOf({ store, ledger }, files);
  const key = new PaddedBytes(8);
  const value = new PaddedBytes(8);
  key.setString("key");
  value.setString("value");
  return {
    store,
    ledger,
    writer,
    /** Puts once more, at this time, and writes the shard. */
    write(atMs: number): void {
      store.put(key, value);
      ledger.markDirty(0, atMs);
      writer.writeFile(0);
    },
  };
}

for (const replace of REPLACE_NAMES) {
  for (const sync of SYNC_NAMES) {
    Deno.test(`Writer.writeFile() calls synced what a power loss leaves, with ${replace} and ${sync}`, () => {
      using directory = temporaryDirectory();
      const { ledger, writer, write } = createWriter(directory.path, { replace, sync });
      const isBehind = replace === "rename" && sync === "data";
      for (const version of [1, 2, 3]) {
        write(10 * version);
        assertEquals(ledger.writtenVersion(0), version);
        const synced = sync === "none" ? 0 : isBehind ? version - 1 : version;
        assertEquals(ledger.syncedVersion(0), synced);
        assertEquals(ledger.syncingSinceMs(0), synced === version ? 0 : 10 * version);
      }
      writer.makeAllDurable();
      assertEquals(ledger.syncedVersion(0), sync === "none" ? 0 : 3);
    });
  }
}

Deno.test("Writer.writeFile() has the newest snapshot on the device at level data where a put waits for it, renamed or not", () => {
  for (const replace of REPLACE_NAMES) {
    using directory = temporaryDirectory();
    const policy: PersistencePolicy = { kind: "commit", commitDelayUs: 0 };
    const { ledger, write } = createWriter(directory.path, { replace, sync: "data", policy });
    for (const version of [1, 2, 3]) {
      write(10 * version);
      assertEquals([ledger.writtenVersion(0), ledger.syncedVersion(0)], [version, version], replace);
    }
  }
});

Deno.test("Writer.writeFile() gives up in every thread when a write has failed in one", () => {
  using directory = temporaryDirectory();
  const { ledger, write } = createWriter(`${directory.path}/missing`, { replace: "alternate", sync: "data" });
  assertThrows(() => write(1), PersistError, "Cannot create");
  assertEquals(ledger.hasFailed, true);
  Deno.mkdirSync(`${directory.path}/missing`);
  assertThrows(() => write(2), AbortError);
  assertEquals([...Deno.readDirSync(`${directory.path}/missing`)], []);
  assertEquals([ledger.writtenVersion(0), ledger.syncedVersion(0)], [0, 0]);
});

Deno.test("makeLoadedDurable() calls synced what was only loaded before", async () => {
  using temporary = temporaryDirectory();
  createWriter(temporary.path, { replace: "alternate", sync: "none" }).write(1);
  const directory = ShardDirectory.open({
    path: temporary.path,
    layout: "snapshot",
    files: STORE_SIZE.shards,
    serializer: "json",
  });
  try {
    const codec = CODECS.json;
    const store = SharedStore.create(STORE_SIZE, Abort.create());
    const ledger = Ledger.create(STORE_SIZE.shards);
    const survey = await surveyDirectory(directory, { codec, shards: STORE_SIZE.shards });
    await loadDirectory(survey, { codec, store, ledger });
    assertEquals([ledger.writtenVersion(0), ledger.syncedVersion(0)], [1, 0]);
    await makeLoadedDurable(survey, { directory, ledger });
    assertEquals([ledger.writtenVersion(0), ledger.syncedVersion(0)], [1, 1]);
  } finally {
    directory.close();
  }
});
