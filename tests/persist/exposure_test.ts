/**
 * Tests of the exposure gauges, on a ledger that is kept by hand.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Exposure, ExposureGauge, type GaugedCrash } from "../../lib/persist/exposure.ts";
import { Ledger } from "../../lib/persist/ledger.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { WriteQueue } from "../../lib/persist/write_queue.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import type { Clock } from "../../lib/sync/clock.ts";

const SHARDS = 4;

/** A gauge with a clock that is set by hand. */
function gaugeOf(options: { queued?: boolean; policy?: PersistencePolicy } = {}) {
  const { policy = { kind: "periodic", flushPeriodUs: 1000 } } = options;
  const abort = Abort.create();
  const store = SharedStore.create({ shards: SHARDS, entriesPerShard: 4, arenaWordsPerShard: 64 }, abort);
  const ledger = Ledger.create(SHARDS);
  const queue = options.queued ? WriteQueue.create({ depth: 4, bytes: 1024, shards: SHARDS }, abort) : undefined;
  const time = { nowMs: 0 };
  const clock = { nowMs: () => time.nowMs } as Clock;
  const gauge = new ExposureGauge({ store, ledger, queue, clock, policy });
  const read = (crash: GaugedCrash): Exposure => {
    const out = { writes: -1, ageMs: -1, worstShard: -1, worstShardWrites: -1 };
    gauge.read(crash, out);
    return out;
  };
  return { store, ledger, queue, time, read };
}

const NOTHING: Exposure = { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };

Deno.test("ExposureGauge reads nothing where all is written and synced", () => {
  const { store, ledger, time, read } = gaugeOf();
  time.nowMs = 50;
  assertEquals(read("processCrash"), NOTHING);
  store.restoreVersion(2, 9);
  ledger.recordWritten(2, { version: 9, atMs: 1 });
  ledger.recordSynced(2, 9);
  assertEquals([read("processCrash"), read("powerLoss")], [NOTHING, NOTHING]);
});

Deno.test("ExposureGauge counts what is not written, since the oldest, and tells the worst shard", () => {
  const { store, ledger, time, read } = gaugeOf();
  store.restoreVersion(0, 3);
  ledger.markDirty(0, 20);
  store.restoreVersion(3, 10);
  ledger.recordWritten(3, { version: 5, atMs: 1 });
  ledger.markDirty(3, 30);
  time.nowMs = 100;
  assertEquals(read("processCrash"), { writes: 8, ageMs: 80, worstShard: 3, worstShardWrites: 5 });
});

Deno.test("ExposureGauge counts a snapshot as at risk from its taking until it is recorded, with its own age", () => {
  const { store, ledger, time, read } = gaugeOf();
  store.restoreVersion(1, 4);
  ledger.markDirty(1, 10);
  ledger.take(1);
  time.nowMs = 15;
  assertEquals(read("processCrash"), { writes: 4, ageMs: 5, worstShard: 1, worstShardWrites: 4 });
  // One more put while the snapshot is being written.
  store.restoreVersion(1, 5);
  ledger.markDirty(1, 14);
  assertEquals(read("processCrash").ageMs, 5);
  ledger.recordWritten(1, { version: 4, atMs: 15 });
  assertEquals(read("processCrash"), { writes: 1, ageMs: 1, worstShard: 1, worstShardWrites: 1 });
});

Deno.test("ExposureGauge keeps what is written and not synced at risk of a power loss alone", () => {
  const { store, ledger, time, read } = gaugeOf();
  store.restoreVersion(1, 4);
  ledger.markDirty(1, 10);
  ledger.take(1);
  ledger.recordWritten(1, { version: 4, atMs: 15 });
  time.nowMs = 40;
  assertEquals(read("processCrash"), NOTHING);
  assertEquals(read("powerLoss"), { writes: 4, ageMs: 30, worstShard: 1, worstShardWrites: 4 });
  ledger.recordSynced(1, 4);
  assertEquals(read("powerLoss"), NOTHING);
});

Deno.test("ExposureGauge takes the age of queued puts from the queue", () => {
  const { store, queue, ledger, time, read } = gaugeOf({ queued: true });
  const bytes = new Uint8Array(10);
  store.restoreVersion(2, 2);
  queue?.put({ shard: 2, version: 1, bytes, length: 10, putAtMs: 30 });
  queue?.put({ shard: 2, version: 2, bytes, length: 10, putAtMs: 35 });
  time.nowMs = 50;
  assertEquals(read("processCrash"), { writes: 2, ageMs: 20, worstShard: 2, worstShardWrites: 2 });
  const taken = { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  queue?.take(taken);
  ledger.markTaken(2, taken.sinceMs);
  assertAlmostEquals(read("processCrash").ageMs, 20);
  ledger.recordWritten(2, { version: 2, atMs: 50 });
  assertEquals(read("processCrash"), NOTHING);
});

Deno.test("ExposureGauge counts under the commit policy what has been acknowledged, not what has been applied", () => {
  const { store, ledger, time, read } = gaugeOf({ policy: { kind: "commit", commitDelayUs: 0 } });
  time.nowMs = 50;
  store.restoreVersion(1, 7);
  ledger.markDirty(1, 10);
  assertEquals(read("processCrash"), NOTHING);
  // Whoever acknowledges too early is seen.
  ledger.recordAcknowledged(1, 5);
  ledger.recordWritten(1, { version: 2, atMs: 20 });
  assertEquals(read("processCrash"), { writes: 3, ageMs: 40, worstShard: 1, worstShardWrites: 3 });
  ledger.recordWritten(1, { version: 5, atMs: 30 });
  assertEquals(read("processCrash"), NOTHING);
});
