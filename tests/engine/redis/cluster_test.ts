/**
 * Tests of clusters: that operations find their node, that all is as it was when they are over, and what failovers
 * cost.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch, assertRejects } from "@std/assert";
import { FailoverLoad } from "../../../lib/crash/failover_load.ts";
import { FoundRecords } from "../../../lib/crash/found_records.ts";
import { type LossCount, LossCounter } from "../../../lib/crash/loss_count.ts";
import type { PreparedEngine } from "../../../lib/engine/engine.ts";
import { EngineError } from "../../../lib/engine/engine_error.ts";
import type { FailoverOptions, FaultName } from "../../../lib/engine/failover.ts";
import { RedisClient } from "../../../lib/engine/redis/client.ts";
import { RedisClusterConnection } from "../../../lib/engine/redis/cluster_connection.ts";
import { missingNetwork } from "../../../lib/engine/server/network.ts";
import { delay } from "../../../lib/sync/delay.ts";
import { ENGINE } from "../../../lib/engine/redis/redis.ts";
import type { RedisSettings, RedisTarget } from "../../../lib/engine/redis/settings.ts";
import { NumberedMix } from "../../../lib/load/numbered_load.ts";
import { NUMBERED_SEED_MIX } from "../../../lib/load/numbered_workload.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { redisTest } from "./redis_server.ts";

const SETTINGS: RedisSettings = {
  spawn: "redis-server",
  cluster: true,
  primaries: 3,
  replicas: 1,
  nodeTimeoutMs: 1000,
  wait: 0,
};
/** So many that puts after the failover do not reach every key of which the last put was lost. */
const KEYS = 20_000;
const MIX = { ...NUMBERED_SEED_MIX, keyCount: KEYS, keyCountMax: KEYS };

redisTest(
  "a spawned cluster serves all slots, moves on by itself, and loses what its replicas did not get",
  async () => {
    const canCutOff = missingNetwork() === undefined;
    const prepared = await prepare(SETTINGS, canCutOff ? "partition" : "kill");
    try {
      const target = prepared.target as RedisTarget;
      await findsItsNodes(target);
      await keepsTheirOwn(target);
      const lossy = await failOver(prepared, target, { round: 1, fault: "kill", lagMs: 300 });
      assertGreater(lossy.lost, 0);
      assertGreater(lossy.refused, 0);
      const safe = await failOver(prepared, { ...target, wait: 1 }, { round: 2, fault: "kill", lagMs: 300 });
      assertEquals(safe.lost, 0);
      assertGreater(safe.acknowledged, 0);
      // What the replica lacked when it took over is lost, whatever becomes of the primary that goes on.
      const paused = await failOver(prepared, target, { round: 3, fault: "pause", lagMs: 300 });
      assertGreater(paused.lost, 0);
      // A primary that is cut off acknowledges writes until it notices that it is alone.
      if (!canCutOff) return;
      const cutOff = await failOver(prepared, target, { round: 4, fault: "partition", lagMs: 0 });
      assertGreater(cutOff.lost, 0);
    } finally {
      await prepared.close();
    }
  },
);

/** Operations go to where their keys are, and are read back from there. */
async function findsItsNodes(target: RedisTarget): Promise<void> {
  const connection = await RedisClusterConnection.open(target);
  const keys = Array.from({ length: 300 }, (_, i) => PaddedBytes.of(`key${i}`));
  await Promise.all(keys.map((key, i) => connection.put(key, PaddedBytes.of(`value${i}`))));
  const out = new PaddedBytes(0);
  for (const [i, key] of keys.entries()) {
    assert(await connection.get(key, out));
    assertEquals(out.toString(), `value${i}`);
  }
  await Promise.all(keys.map((key) => connection.delete(key)));
  // Each is gone, which is no error either.
  await Promise.all(keys.slice(0, 10).map((key) => connection.delete(key)));
  for (const key of keys) assertEquals(await connection.get(key, out), false);
  await deletesAreConfirmed({ ...target, wait: 1 });
  const { settings } = await connection.describe();
  assertEquals(settings.primaries, 3);
  assertEquals(settings.connected_slaves, 1);
  assertEquals(settings.cluster_node_timeout, "1000");
  connection.close();
}

/** With replicas to wait for, a delete is acknowledged once they have it, and refused while they do not. */
async function deletesAreConfirmed(target: RedisTarget): Promise<void> {
  const connection = await RedisClusterConnection.open(target);
  const key = PaddedBytes.of("confirmed");
  await connection.put(key, PaddedBytes.of("value"));
  await connection.delete(key);
  await connection.delete(key);
  assertEquals(await connection.get(key, new PaddedBytes(0)), false);
  connection.close();
  // No primary has two replicas.
  const asking = await RedisClusterConnection.open({ ...target, wait: 2 });
  const { message } = await assertRejects(() => asking.delete(key), EngineError);
  assertMatch(message, /^Cannot delete from redis:\S+: 1 of 2 replicas have it after 5000 ms$/);
  asking.close();
}

/** What is a cluster's by its URL stays there, and what is ours goes; a client of one server is refused. */
async function keepsTheirOwn({ url }: RedisTarget): Promise<void> {
  const { message } = await assertRejects(() => prepare({ url, cluster: false, wait: 0 }), EngineError);
  assertEquals(message, `Cannot use ${url}: it is a node of a cluster, which needs --cluster`);
  const before = await keyCount(url);
  const prepared = await prepare({ url, cluster: true, wait: 0 });
  const connection = await RedisClusterConnection.open(prepared.target as RedisTarget);
  for (let i = 0; i < 100; i++) await connection.put(PaddedBytes.of(`key${i}`), PaddedBytes.of("value"));
  assertGreater(await keyCount(url), before);
  connection.close();
  await prepared.close();
  assertEquals(await keyCount(url), before);
}

async function keyCount(url: string): Promise<unknown> {
  const client = await RedisClient.connect(url);
  const count = await client.ask("DBSIZE");
  client.close();
  return count as number;
}

/** Makes a primary fail in the middle of a load, and returns what that cost. */
async function failOver(
  { failover }: PreparedEngine,
  target: RedisTarget,
  { round, ...how }: FailoverOptions & { round: number },
): Promise<Pick<LossCount, "acknowledged" | "lost" | "refused">> {
  assert(failover !== undefined);
  const connection = await RedisClusterConnection.open(target);
  const foundBefore = await FoundRecords.read(connection, new NumberedMix(MIX));
  const load = new FailoverLoad({ connections: [connection], lanes: 8, load: new NumberedMix(MIX), seed: 7, round });
  await load.during(async () => {
    await delay(200);
    const failed = await failover.fail({ ...how, choice: round });
    const available = load.failed(failed);
    const takenOverAtMs = await failed.restore();
    assertGreater(takenOverAtMs, failed.failedAtMs);
    assertGreater(await available, failed.failedAtMs);
  });
  const found = await FoundRecords.read(connection, new NumberedMix(MIX));
  connection.close();
  const parts = { foundFirst: foundBefore, foundBefore, load: new NumberedMix(MIX), seed: 7, round };
  return new LossCounter(parts).count(found, load.testimony);
}

async function prepare(settings: RedisSettings, fault: FaultName = "kill"): Promise<PreparedEngine> {
  return await ENGINE.prepare({ settings, threads: 1, inFlight: 1, valueBytesMax: 100, fault });
}
