/**
 * Tests of which log needs a checkpoint, and of when the logs take too much space for what they hold.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Crowding } from "../../../../lib/persist/layout/log/crowding.ts";
import { LogEnds } from "../../../../lib/persist/layout/log/log_ends.ts";
import { hashKey } from "../../../../lib/store/hash.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../../../lib/store/shared_store.ts";
import { Abort } from "../../../../lib/sync/abort.ts";

const MIB = 2 ** 20;
const LOG_BYTES = 4 * MIB;

/** Logs of one shard each, in which every shard has 100 entries, and what has looked at them. */
function crowdedBy(logs: readonly { checkpointBytes: number; logBytes: number; allocated?: number }[]) {
  const shards = logs.length;
  const store = SharedStore.create({ shards, entriesPerShard: 100, arenaWordsPerShard: 2000 }, Abort.create());
  const keys: PaddedBytes[][] = logs.map(() => []);
  for (let i = 0; keys.some((own) => own.length < 100); i++) {
    const key = PaddedBytes.of(`k${i}`);
    const own = keys[store.shardOf(hashKey(key.words, key.length))]!;
    if (own.length === 100) continue;
    own.push(key);
    store.put(key, PaddedBytes.of("v"));
  }
  const ends = LogEnds.create(shards);
  for (const [log, { checkpointBytes, logBytes, allocated = 0 }] of logs.entries()) {
    ends.set(log, { segment: 2, offset: 0, allocated, firstSegment: 1, checkpoint: 1, checkpointBytes, logBytes });
  }
  const crowding = new Crowding({ store, ends, logs: shards, shardsPerLog: 1, logBytes: LOG_BYTES });
  return { crowding, store, ends, keys };
}

/** So many logs of so many MiB each. */
function equal(logs: number, checkpointMib: number, logMib: number) {
  return Array.from({ length: logs }, () => ({ checkpointBytes: checkpointMib * MIB, logBytes: logMib * MIB }));
}

Deno.test("a log is due when it has outgrown its own checkpoint, however little all of them take", () => {
  const logs = equal(16, 100, 1);
  logs[5] = { checkpointBytes: 2 * MIB, logBytes: 4 * MIB };
  assertEquals(crowdedBy(logs).crowding.dueLog(), -1);
  logs[5] = { checkpointBytes: 1 * MIB, logBytes: 4 * MIB + 1 };
  assertEquals(crowdedBy(logs).crowding.dueLog(), 5);
  logs[5] = { checkpointBytes: 10 * MIB, logBytes: 20 * MIB };
  assertEquals(crowdedBy(logs).crowding.dueLog(), -1);
});

Deno.test("many logs are crowded when they take 2.1 times what is live, and the one with the most to gain is due", () => {
  assertEquals(crowdedBy(equal(16, 2, 2.1)).crowding.dueLog(), -1);
  const logs = equal(16, 2, 2.5);
  logs[7] = { checkpointBytes: 2 * MIB, logBytes: 3 * MIB };
  const { crowding } = crowdedBy(logs);
  assertEquals([crowding.dueLog(), crowding.isCrowded(0)], [7, true]);
  assert(!crowding.isCrowded(6 * MIB), "once a checkpoint will have freed so much");
});

Deno.test("a single log is crowded early, since a checkpoint takes as much again while it is written", () => {
  for (const [logMib, due] of [[3, -1], [5.9, -1], [6.1, 0]] as const) {
    assertEquals(crowdedBy(equal(1, 20, logMib)).crowding.dueLog(), due, `${logMib} MiB`);
  }
});

Deno.test("a single log that loses entries is crowded sooner, by as many again as it has lost", () => {
  // 25.2 MiB are 1.3 times 19.38 MiB. With 98 of 100 entries, 19.6 MiB are live; and 19.2, should it go on like this.
  for (const [entries, due] of [[99, -1], [98, 0]] as const) {
    const { crowding, store, ends, keys } = crowdedBy(equal(1, 20, 5.1));
    for (const key of keys[0]!.slice(entries)) store.delete(key);
    ends.advance(0, 0.1 * MIB);
    assertEquals([crowding.dueLog(), crowding.isCrowded(0)], [due, false], `${entries} entries`);
  }
});

Deno.test("logs with little in them are not crowded, nor is a log due that would free next to nothing", () => {
  assertEquals(crowdedBy(equal(16, 0.01, 0.25)).crowding.dueLog(), -1);
  assertEquals(crowdedBy(equal(100, 0.001, 0.24)).crowding.dueLog(), -1);
});

Deno.test("many logs of which little is live are crowded once each has half a MiB of records", () => {
  assertEquals(crowdedBy(equal(128, 0.005, 0.49)).crowding.dueLog(), -1);
  const logs = equal(128, 0.005, 0.5);
  logs[77] = { checkpointBytes: 5000, logBytes: 1.5 * MIB };
  assertEquals(crowdedBy(logs).crowding.dueLog(), 77);
});

Deno.test("what is preallocated counts", () => {
  const logs = equal(16, 2, 2).map((log) => ({ ...log, allocated: MIB }));
  assert(crowdedBy(logs).crowding.dueLog() >= 0);
});

Deno.test("deletes make logs crowded that grow little, until checkpoints are made of what is left", () => {
  const { crowding, store, ends, keys } = crowdedBy(equal(4, 10, 2));
  assertEquals(crowding.dueLog(), -1);
  for (const key of keys[2]!.slice(0, 90)) store.delete(key);
  for (const key of keys[3]!.slice(0, 89)) store.delete(key);
  for (const log of [2, 3]) ends.advance(log, MIB);
  assertEquals(crowding.dueLog(), 2);
  assertEquals(crowding.gain(2), 12 * MIB);
  ends.checkpointed(2, 3, MIB, 3 * MIB);
  crowding.checkpointed(2, 10);
  assertEquals([crowding.gain(2), crowding.roomBytes], [0, 22.1 * MIB]);
  assertEquals(crowding.dueLog(), -1);
});
