/**
 * Tests of the comparison, with crashes made by hand: each figure says what was lost, and nothing else.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { compare } from "../../lib/crash/outcome.ts";
import { partsOf, perShard, type Put, putsOf, SHARDS } from "./fixtures.ts";

const ONE_THREAD = putsOf(0, { threads: 1, count: 60 });
const NOTHING_LOST = { lost: 0, oldestLostAtMs: Infinity, neverAcknowledged: 0, holes: 0, gauge: 0, powerGauge: 0 };

Deno.test("compare() finds nothing lost when every acknowledged put is there", () => {
  const parts = partsOf({ applied: ONE_THREAD, acknowledged: [60], inFiles: perShard(ONE_THREAD) });
  assertEquals(compare(parts), { ...NOTHING_LOST, acknowledged: 60 });
});

Deno.test("compare() finds nothing at all when nothing was acknowledged", () => {
  const parts = partsOf({ applied: [], acknowledged: [0, 0], inFiles: [0, 0, 0, 0] });
  assertEquals(compare(parts), { ...NOTHING_LOST, acknowledged: 0 });
});

Deno.test("compare() counts as lost what no file holds, exactly as many as the gauge says, and when the oldest was", () => {
  const durable = perShard(ONE_THREAD.slice(0, 40));
  const result = compare(partsOf({ applied: ONE_THREAD, acknowledged: [60], inFiles: durable }));
  assertEquals(result, { ...NOTHING_LOST, acknowledged: 60, lost: 20, gauge: 20, powerGauge: 20, oldestLostAtMs: 41 });
});

Deno.test("compare() counts as holes what a thread has lost before a later put of its own that survived", () => {
  const total = perShard(ONE_THREAD);
  const lostShard = ONE_THREAD[10]?.shard ?? 0;
  const inFiles = total.map((count, shard) => shard === lostShard ? 0 : count);
  const lost = ONE_THREAD.filter(({ shard }) => shard === lostShard);
  const latestSurvivor = Math.max(
    ...ONE_THREAD.filter(({ shard }) => shard !== lostShard).map(({ sequence }) => sequence),
  );

  const result = compare(partsOf({ applied: ONE_THREAD, acknowledged: [60], inFiles }));

  assertEquals(result.lost, lost.length);
  assertEquals(result.gauge, lost.length);
  assertEquals(result.holes, lost.filter(({ sequence }) => sequence < latestSurvivor).length);
  assert(result.holes > 0);
});

Deno.test("compare() exceeds the gauge when the ledger called more written than there is", () => {
  const inFiles = perShard(ONE_THREAD.slice(0, 40));
  const result = compare(
    partsOf({ applied: ONE_THREAD, acknowledged: [60], inFiles, recorded: perShard(ONE_THREAD.slice(0, 50)) }),
  );
  assertEquals([result.lost, result.gauge], [20, 10]);
});

Deno.test("compare() stays within the gauge when a file holds more than the ledger says", () => {
  const inFiles = perShard(ONE_THREAD.slice(0, 50));
  const result = compare(
    partsOf({ applied: ONE_THREAD, acknowledged: [60], inFiles, recorded: perShard(ONE_THREAD.slice(0, 40)) }),
  );
  assertEquals([result.lost, result.gauge], [10, 20]);
});

Deno.test("compare() tells a put that survived without having been acknowledged", () => {
  const result = compare(partsOf({ applied: ONE_THREAD, acknowledged: [59], inFiles: perShard(ONE_THREAD) }));
  assertEquals(result, { ...NOTHING_LOST, acknowledged: 59, neverAcknowledged: 1 });
});

Deno.test("compare() takes no put that was never acknowledged for one of those that are safe", () => {
  // Thread 0's put is in the file unacknowledged; thread 1's next one on that shard is acknowledged and lost.
  const [first] = putsOf(0, { threads: 2, count: 1 });
  const others = putsOf(1, { threads: 2, count: 40 });
  const last = others.findIndex(({ shard }) => shard === first?.shard);
  assert(first !== undefined && last >= 0);
  const applied: Put[] = [first, ...others.slice(0, last + 1)];
  const inFiles = perShard(applied).map((count, shard) => shard === first.shard ? 1 : count);

  const result = compare(partsOf({ applied, acknowledged: [0, last + 1], inFiles }));

  assertEquals([result.lost, result.neverAcknowledged, result.gauge], [1, 1, 1]);
});

Deno.test("compare() exceeds the gauge when a put was acknowledged before the store had it", () => {
  const applied = ONE_THREAD.slice(0, 20);
  const parts = partsOf({ applied, acknowledged: [20], inFiles: perShard(applied.slice(0, 19)) });
  // The last one's acknowledgement saw its shard as it was before.
  const { testimony } = parts;
  const [versions] = testimony.acknowledgedVersions;
  assert(versions !== undefined);
  versions[19] = (versions[19] ?? 0) - 1;
  const result = compare(parts);
  assertEquals([result.lost, result.gauge], [1, 0]);
});

Deno.test("compare() goes on from the versions before, and takes an earlier round's values for what they are", () => {
  const versionsBefore = [100, 200, 300, 400];
  const counts = perShard(ONE_THREAD);
  const inFiles = versionsBefore.map((version, shard) => version + (counts[shard] ?? 0));
  const sound = compare(partsOf({ applied: ONE_THREAD, acknowledged: [60], inFiles, versionsBefore }));
  assertEquals(sound, { ...NOTHING_LOST, acknowledged: 60 });

  const parts = partsOf({
    applied: ONE_THREAD,
    acknowledged: [60],
    inFiles: versionsBefore,
    recorded: [],
    versionsBefore,
  });
  for (const { key, value } of ONE_THREAD) parts.store.putString(key, value.replace("0000005", "0000004"));
  const lost = compare(parts);
  assertEquals([lost.lost, lost.gauge, lost.holes], [60, 60, 0]);
});

Deno.test("compare() adds all that a torn shard held before to what is lost", () => {
  const versionsBefore = [0, 70, 0, 0];
  const counts = perShard(ONE_THREAD);
  const inFiles = counts.map((count, shard) => shard === 1 ? 0 : count);
  const recorded = counts.map((count, shard) => (versionsBefore[shard] ?? 0) + count);
  const result = compare(
    partsOf({ applied: ONE_THREAD, acknowledged: [60], inFiles, recorded, versionsBefore, tornShards: [1] }),
  );
  assertEquals(SHARDS, counts.length);
  assertEquals([result.lost, result.gauge], [70 + (counts[1] ?? 0), 0]);
});

Deno.test("compare() counts for a power loss what is written and not synced", () => {
  const parts = partsOf({ applied: ONE_THREAD, acknowledged: [60], inFiles: perShard(ONE_THREAD) });
  const testimony = { ...parts.testimony, syncedVersions: new Map<number, number>() };
  assertEquals(compare({ ...parts, testimony }), { ...NOTHING_LOST, acknowledged: 60, powerGauge: 60 });
});
