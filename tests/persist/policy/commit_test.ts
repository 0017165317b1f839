/**
 * Tests of the commit policy: nobody is acknowledged before the file system has the put, puts that wait share a write,
 * and a failure acknowledges nobody.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertThrows } from "@std/assert";
import { FileConnection } from "../../../lib/backend/file_connection.ts";
import { CommitPut } from "../../../lib/persist/policy/commit.ts";
import { FileLocks } from "../../../lib/persist/file_locks.ts";
import { Ledger } from "../../../lib/persist/ledger.ts";
import { SYNC_NAMES, type SyncName } from "../../../lib/persist/durability.ts";
import { PersistError } from "../../../lib/system/persist_error.ts";
import { WriteMeter } from "../../../lib/persist/write_meter.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { Abort, AbortError } from "../../../lib/sync/abort.ts";
import { Doorbell } from "../../../lib/sync/doorbell.ts";
import { snapshotsIn } from "../../run/files.ts";
import { NO_TICK_MS, runCrew } from "../../sync/crew.ts";
import { persistenceOf, roomyStore, TemporaryDirectory } from "../fixtures.ts";
import type { CommitConfig, CommitResult } from "./commit_worker.ts";

const POLICY = { kind: "commit", commitDelayUs: 0 } as const;

function commitTo(directory: string, options: { sync?: SyncName; delayMs?: number } = {}) {
  const { sync = "none", delayMs = 0 } = options;
  const store = roomyStore(1);
  const ledger = Ledger.create(1);
  const persisted = persistenceOf({ store, ledger }, { directory, serializer: "json", sync, policy: POLICY });
  const policy = new CommitPut({ ...persisted, shardsPerFile: 1, sync, delayMs });
  const backend = new FileConnection({ store, layout: persisted.writer.layout, policy });
  return { ...persisted, put: (key: string, value: string) => backend.put(PaddedBytes.of(key), PaddedBytes.of(value)) };
}

for (const sync of SYNC_NAMES) {
  Deno.test(`CommitPut returns when the put is in the file, and synced as far as ${sync} asks`, () => {
    using directory = new TemporaryDirectory();
    const { ledger, put, writer } = commitTo(directory.path, { sync });
    for (let version = 1; version <= 3; version++) {
      put("key", `${version}`);
      assertEquals(snapshotsIn(directory.path, "json").get(0), {
        shard: 0,
        shards: 1,
        version,
        entries: { key: `${version}` },
      });
      const synced = sync === "none" ? 0 : version;
      assertEquals([ledger.acknowledgedVersion(0), ledger.syncedVersion(0)], [version, synced]);
    }
    assertEquals(writer.meter.snapshotsWritten, 3);
  });
}

Deno.test("CommitPut acknowledges nobody when a write fails, then and afterwards", () => {
  using directory = new TemporaryDirectory();
  const { ledger, put } = commitTo(directory.path);
  put("key", "old");
  const inTheWay = directory.join("shard-0000-of-0001.json.tmp");
  Deno.mkdirSync(inTheWay);
  assertThrows(() => put("key", "new"), PersistError, inTheWay);
  Deno.removeSync(inTheWay);
  assertThrows(() => put("key", "newer"), AbortError);
  assertEquals([ledger.acknowledgedVersion(0), ledger.writtenVersion(0)], [1, 1]);
  assertEquals(snapshotsIn(directory.path, "json").get(0)?.entries, { key: "old" });
});

Deno.test("CommitPut waits as long as its delay says before it writes", () => {
  using directory = new TemporaryDirectory();
  const { put } = commitTo(directory.path, { delayMs: 30 });
  const startedAtMs = performance.now();
  put("key", "value");
  assertGreaterOrEqual(performance.now() - startedAtMs, 29);
});

/** Has workers put into one file, and gives what they saw and what was written. */
async function runWorkers(
  directory: string,
  { workers, puts, delayMs, sync }: { workers: number; puts: number; delayMs: number; sync: SyncName },
) {
  // Without a tick, a lost wake-up is a hang.
  const abort = Abort.create({ tickMs: NO_TICK_MS });
  const store = roomyStore(1);
  const ledger = Ledger.create(1);
  const locks = FileLocks.create(1, abort);
  const meter = WriteMeter.create(workers);
  const parts = { store, ledger, locks, abort };
  const { handle } = persistenceOf(parts, { directory, serializer: "json", sync, policy: POLICY });
  const shared = {
    ...handle,
    store: { ...handle.store, abort: abort.handle() },
    doorbell: Doorbell.create(abort).handle(),
    writeMeter: meter.handle(),
  };
  const meeting = new Int32Array(new SharedArrayBuffer(4));
  const configs = Array.from(
    { length: workers },
    (_, worker) => ({ handle: shared, abort: abort.handle(), meeting, worker, workers, puts, delayMs }),
  );
  const results = await runCrew<CommitConfig, CommitResult>(
    () => new Worker(new URL("./commit_worker.ts", import.meta.url), { type: "module" }),
    configs,
    { abort, words: [new Int32Array(locks.handle().buffer), meeting] },
  );
  return { results, totals: meter.totals, ledger };
}

for (const [workers, delayMs] of [[2, 0], [8, 0], [8, 1]] as const) {
  Deno.test(`CommitPut has ${workers} workers share writes after ${delayMs} ms, and loses no put and no wake-up`, async () => {
    using directory = new TemporaryDirectory();
    const puts = 150;
    const { results, totals, ledger } = await runWorkers(directory.path, { workers, puts, delayMs, sync: "data" });
    assertEquals(results, Array(workers).fill({ acknowledged: puts, missing: 0 }));
    assertEquals([ledger.acknowledgedVersion(0), ledger.syncedVersion(0)], [workers * puts, workers * puts]);
    // Each write holds the puts of all who waited for it.
    assertLess(totals.snapshotsWritten, workers * puts);
    assertEquals(totals.syncs, totals.snapshotsWritten);
  });
}

Deno.test("CommitPut fails in every worker when the write of one fails", async () => {
  using directory = new TemporaryDirectory();
  Deno.mkdirSync(directory.join("shard-0000-of-0001.json.tmp"));
  const { results } = await runWorkers(directory.path, { workers: 4, puts: 10, delayMs: 0, sync: "none" });
  assertEquals(results.map(({ acknowledged }) => acknowledged), [0, 0, 0, 0]);
  assertEquals(results.filter(({ failure }) => failure === "persist").length, 1);
  assert(results.every(({ failure }) => failure !== undefined));
});
