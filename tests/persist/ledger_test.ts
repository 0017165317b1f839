/**
 * Tests of the ledger: each shard has its own record, and all who attach see the same.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Ledger } from "../../lib/persist/ledger.ts";

/** Since when puts of the shard are at each station on their way to the device. */
function waitingOf(ledger: Ledger, shard: number): { dirty: number; taken: number; syncing: number } {
  return {
    dirty: ledger.dirtySinceMs(shard),
    taken: ledger.takenSinceMs(shard),
    syncing: ledger.syncingSinceMs(shard),
  };
}

Deno.test("Ledger.create() says of every shard that version 0 was written at time 0", () => {
  const ledger = Ledger.create(3);
  for (const shard of [0, 1, 2]) {
    assertEquals(ledger.writtenVersion(shard), 0);
    assertEquals(ledger.writtenAtMs(shard), 0);
    assertEquals(ledger.syncedVersion(shard), 0);
    assertEquals(ledger.acknowledgedVersion(shard), 0);
    assertEquals(waitingOf(ledger, shard), { dirty: 0, taken: 0, syncing: 0 });
  }
});

Deno.test("Ledger.recordWritten() changes the record of its own shard only when shards are neighbours", () => {
  const ledger = Ledger.create(3);
  ledger.recordWritten(1, { version: 7, atMs: 1.5 });
  assertEquals([0, 1, 2].map((shard) => ledger.writtenVersion(shard)), [0, 7, 0]);
  assertEquals([0, 1, 2].map((shard) => ledger.writtenAtMs(shard)), [0, 1.5, 0]);
});

Deno.test("Ledger changes what it says of one shard only when shards are neighbours", () => {
  const ledger = Ledger.create(3);
  const before = recordOf(ledger, 0);
  ledger.markDirty(1, 1);
  assertEquals(ledger.take(1), 1);
  ledger.recordWritten(1, { version: 2, atMs: 3 });
  ledger.recordSynced(1, 2);
  ledger.markDirty(1, 4);
  ledger.markTaken(1, 5);
  ledger.recordAcknowledged(1, 6);
  assertEquals([0, 2].map((shard) => recordOf(ledger, shard)), [before, before]);
});

/** All that the ledger says of a shard. */
function recordOf(ledger: Ledger, shard: number) {
  return {
    ...waitingOf(ledger, shard),
    written: [ledger.writtenVersion(shard), ledger.writtenAtMs(shard), ledger.acknowledgedVersion(shard)],
    synced: ledger.syncedVersion(shard),
  };
}

Deno.test("Ledger follows the oldest put from dirty over taken and written to synced", () => {
  const ledger = Ledger.create(1);
  ledger.markDirty(0, 10);
  assertEquals(waitingOf(ledger, 0), { dirty: 10, taken: 0, syncing: 0 });
  assertEquals(ledger.take(0), 10);
  assertEquals(waitingOf(ledger, 0), { dirty: 0, taken: 10, syncing: 0 });
  // A put that comes while the snapshot is being written is for the next one.
  ledger.markDirty(0, 20);
  assertEquals(waitingOf(ledger, 0), { dirty: 20, taken: 10, syncing: 0 });
  assertEquals([ledger.writtenVersion(0), ledger.syncedVersion(0)], [0, 0]);

  ledger.recordWritten(0, { version: 1, atMs: 30 });
  assertEquals(waitingOf(ledger, 0), { dirty: 20, taken: 0, syncing: 10 });
  assertEquals([ledger.writtenVersion(0), ledger.syncedVersion(0)], [1, 0]);

  ledger.recordSynced(0, 1);
  assertEquals(waitingOf(ledger, 0), { dirty: 20, taken: 0, syncing: 0 });
  assertEquals([ledger.writtenVersion(0), ledger.syncedVersion(0)], [1, 1]);

  assertEquals(ledger.take(0), 20);
  assertEquals(waitingOf(ledger, 0), { dirty: 0, taken: 20, syncing: 0 });
});

Deno.test("Ledger.take() gives 0 when the shard is not dirty", () => {
  const ledger = Ledger.create(1);
  assertEquals(ledger.take(0), 0);
  ledger.markDirty(0, 10);
  ledger.take(0);
  ledger.recordWritten(0, { version: 1, atMs: 20 });
  assertEquals(ledger.take(0), 0);
});

Deno.test("Ledger.markTaken() says since when a queued snapshot's puts wait, and leaves the shard as dirty as it is", () => {
  const ledger = Ledger.create(1);
  ledger.markTaken(0, 7);
  assertEquals(waitingOf(ledger, 0), { dirty: 0, taken: 7, syncing: 0 });
  ledger.markDirty(0, 9);
  ledger.markTaken(0, 8);
  assertEquals(waitingOf(ledger, 0), { dirty: 9, taken: 8, syncing: 0 });
});

Deno.test("Ledger.recordAcknowledged() keeps the highest version, whoever comes last", () => {
  const ledger = Ledger.create(1);
  for (const version of [3, 5, 4]) ledger.recordAcknowledged(0, version);
  assertEquals(ledger.acknowledgedVersion(0), 5);
});

Deno.test("Ledger.recordFailed() is seen by all who attach, for ever", () => {
  const ledger = Ledger.create(2);
  const attached = Ledger.attach(structuredClone(ledger.handle()));
  assertEquals([ledger.hasFailed, attached.hasFailed], [false, false]);
  attached.recordFailed();
  ledger.recordWritten(1, { version: 1, atMs: 1 });
  assertEquals([ledger.hasFailed, attached.hasFailed], [true, true]);
});

Deno.test("Ledger.recordWritten() keeps versions beyond 32 bits and the newest of several", () => {
  const ledger = Ledger.create(1);
  for (const version of [1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    ledger.recordWritten(0, { version, atMs: version / 1000 });
    ledger.recordSynced(0, version);
  }
  assertEquals(ledger.writtenVersion(0), Number.MAX_SAFE_INTEGER);
  assertEquals(ledger.syncedVersion(0), Number.MAX_SAFE_INTEGER);
  assertEquals(ledger.writtenAtMs(0), Number.MAX_SAFE_INTEGER / 1000);
});

Deno.test("Ledger.attach() shares the records when one side writes", () => {
  const ledger = Ledger.create(2);
  const attached = Ledger.attach(structuredClone(ledger.handle()));
  ledger.recordWritten(1, { version: 3, atMs: 4 });
  assertEquals(attached.writtenVersion(1), 3);
  attached.recordWritten(0, { version: 5, atMs: 6 });
  attached.recordSynced(0, 4);
  attached.markDirty(0, 8);
  assertEquals(ledger.writtenVersion(0), 5);
  assertEquals(ledger.writtenAtMs(0), 6);
  assertEquals([ledger.syncedVersion(0), ledger.dirtySinceMs(0)], [4, 8]);
});
