/**
 * Tests of the connections to kvlab's own backends: each thread's own view of the one backend, by way of a structured
 * clone.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import { connectShared, type SharedHandle } from "./shared.ts";
import { prepareMemory } from "../../lib/backend/memory.ts";
import { prepareFiles } from "../../lib/backend/prepare.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { snapshotsIn, temporaryDirectory, versionSum } from "../run/files.ts";
import { countsOf } from "../persist/fixtures.ts";
import { clockAt, emptySnapshot, fileOptions, KEYS } from "./fixtures.ts";

/** Two threads' views, each attached to its own clone of the handle. */
function attachTwo(handle: SharedHandle) {
  return [connectShared(structuredClone(handle), 0), connectShared(structuredClone(handle), 1)] as const;
}

/** Checks that what one puts the other gets. */
function assertShared(handle: SharedHandle): ReturnType<typeof attachTwo> {
  const [one, other] = attachTwo(handle);
  const out = new PaddedBytes(8);
  one.put(PaddedBytes.of("a"), PaddedBytes.of("1"));
  assert(other.get(PaddedBytes.of("a"), out));
  assertEquals(out.toString(), "1");
  other.put(PaddedBytes.of("a"), PaddedBytes.of("2"));
  assert(one.get(PaddedBytes.of("a"), out));
  assertEquals(out.toString(), "2");
  return [one, other];
}

Deno.test("connectShared() gives views of one memory backend", () => {
  const { handle } = prepareMemory(KEYS, { abort: Abort.create(), threads: 2 });
  assertShared(handle);
});

async function prepare(output: string, policy: PersistencePolicy) {
  // An hour has passed, so that a first put finds its period over.
  const context = { abort: Abort.create(), clock: clockAt(3_600_000), threads: 2 };
  return await prepareFiles(fileOptions(output, { policy }), KEYS, context);
}

Deno.test("connectShared() gives views of one synchronous backend, each with the counts of its own writes", async () => {
  using directory = temporaryDirectory();
  const policy: PersistencePolicy = { kind: "synchronous", writePeriodUs: 60_000_000 };
  const { handle, writeMeter, directory: held } = await prepare(directory.path, policy);
  assertShared(handle);
  // The first put wrote the shard, which the second then had no need to.
  const [fileWriter, one, other] = [0, 1, 2].map((writer) => countsOf(writeMeter.writer(writer)));
  assertEquals({ ...one, bytesWritten: 0 }, { snapshotsWritten: 1, bytesWritten: 0, times: 1 });
  assertGreater(one?.bytesWritten ?? 0, 0);
  for (const idle of [fileWriter, other]) assertEquals(idle, { snapshotsWritten: 0, bytesWritten: 0, times: 0 });
  assertEquals(versionSum(snapshotsIn(directory.path, "json")), 1);
  held.close();
});

Deno.test("connectShared() gives views of one asynchronous backend and its queue, which write nothing", async () => {
  using directory = temporaryDirectory();
  const policy: PersistencePolicy = { kind: "asynchronous", queueDepth: 4, queueMemoryBytes: 2 ** 20 };
  const { handle, queue, writeMeter, directory: held } = await prepare(directory.path, policy);
  assertShared(handle);
  assertEquals(writeMeter.totals.snapshotsWritten, 0);
  const snapshot = emptySnapshot();
  assert(queue !== undefined && queue.take(snapshot));
  assertEquals([snapshot.version, queue.release()], [2, 2]);
  // The workers' clock is the run's.
  assertGreaterOrEqual(snapshot.sinceMs, 3_600_000);
  assertEquals(snapshotsIn(directory.path, "json").size, 0);
  held.close();
});

Deno.test("connectShared() gives views of one periodic backend and its ledger, which write nothing", async () => {
  using directory = temporaryDirectory();
  const { handle, ledger, store, writeMeter, directory: held } = await prepare(directory.path, {
    kind: "periodic",
    flushPeriodUs: 1000,
  });
  assertShared(handle);
  assertEquals(writeMeter.totals.snapshotsWritten, 0);
  const shard = [0, 1, 2].findIndex((shard) => store.version(shard) > 0);
  assertEquals(store.version(shard), 2);
  assertGreaterOrEqual(ledger.dirtySinceMs(shard), 3_600_000);
  assertEquals(snapshotsIn(directory.path, "json").size, 0);
  held.close();
});
