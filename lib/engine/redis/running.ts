/**
 * Uses a server or cluster that is already running: only kvlab's own data is touched, and it is removed at the end.
 *
 * @module
 */
import type { EnginePreparation, PreparedEngine } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import { RedisClient } from "./client.ts";
import { ClusterNodes } from "./cluster_nodes.ts";
import { roleOf, type ServerRole } from "./describe.ts";
import { ALL_KEYS, evictedKeys, evictionRemark, leftKeysRemark, refuseTooFewClients } from "./remarks.ts";
import type { RedisSettings, RedisTarget } from "./settings.ts";

/** How many keys are examined and removed at a time; the server does nothing else meanwhile. */
const SCAN_COUNT = 500;

/**
 * Checks that the server is what the settings say, and chooses a key prefix that no other run has.
 *
 * @throws {EngineError} when it cannot be reached, or is something else
 */
export async function useRunning(
  url: string,
  { cluster = false, wait }: RedisSettings,
  { threads, onWarning }: Pick<EnginePreparation, "threads" | "onWarning">,
): Promise<PreparedEngine> {
  const client = await RedisClient.connect(url);
  try {
    refuseOther(await roleOf(client), { address: client.address, cluster, wait });
    await refuseTooFewClients(client, threads);
  } finally {
    client.close();
  }
  const keyPrefix = `${ALL_KEYS}${crypto.randomUUID().slice(0, 8)}:`;
  const target: RedisTarget = { url, cluster, keyPrefix, wait };
  const evictedBefore = await eachPrimary(target, async (primary) => {
    for (const remark of [await leftKeysRemark(primary), await evictionRemark(primary)]) {
      if (remark !== undefined) onWarning?.(remark);
    }
    return await evictedKeys(primary);
  });
  return {
    target,
    servers: "elsewhere",
    counts: async () => {
      const evicted = sum(await eachPrimary(target, evictedKeys)) - sum(evictedBefore);
      // A node that has come or gone meanwhile has counts of its own.
      return Number.isNaN(evicted) || evicted < 0 ? {} : { evicted_keys: evicted };
    },
    close: async () => {
      try {
        await removeKeys(target);
      } catch (error) {
        const reason = error instanceof EngineError ? error.cause : error;
        throw new EngineError("remove", `the keys ${keyPrefix}* from ${client.address}, which keeps them`, reason);
      }
    },
  };
}

function refuseOther(
  role: ServerRole,
  { address, cluster, wait }: { address: string; cluster: boolean; wait: number },
): void {
  if (role.isCluster && !cluster) {
    throw new EngineError("use", address, "it is a node of a cluster, which needs --cluster");
  }
  if (!role.isCluster && cluster) throw new EngineError("use", address, "it is not a cluster, but --cluster is given");
  if (role.isReplica && !cluster) throw new EngineError("use", address, "it is a replica, must be a primary");
  if (!cluster && role.replicas < wait) {
    throw new EngineError("use", address, `it has ${role.replicas} replicas, fewer than --wait=${wait}`);
  }
}

/**
 * Removes the keys of a run from all nodes.
 *
 * @throws {EngineError} when that fails; some keys are then left
 */
async function removeKeys(target: RedisTarget): Promise<void> {
  await eachPrimary(target, (client) => removeKeysOf(client, target.keyPrefix));
}

/** Does something with a connection to each primary, one after another. */
async function eachPrimary<T>(
  { url, cluster, wait }: RedisTarget,
  act: (client: RedisClient) => Promise<T>,
): Promise<T[]> {
  if (!cluster) {
    const client = await RedisClient.connect(url);
    return [await act(client).finally(() => client.close())];
  }
  const nodes = await ClusterNodes.connect({ url, wait });
  const results: T[] = [];
  try {
    for (const { client } of await nodes.primaries()) results.push(await act(client));
  } finally {
    nodes.close();
  }
  return results;
}

/** NaN if any count is unknown. */
function sum(counts: readonly (number | undefined)[]): number {
  return counts.reduce<number>((total, count) => total + (count ?? NaN), 0);
}

async function removeKeysOf(client: RedisClient, keyPrefix: string): Promise<void> {
  let cursor = "0";
  do {
    const reply = await client.ask("SCAN", cursor, "MATCH", `${keyPrefix}*`, "COUNT", String(SCAN_COUNT));
    const [next, keys] = reply as readonly [string, readonly string[]];
    // One by one: in a cluster, a command may only name keys of one slot.
    await Promise.all(keys.map((key) => client.ask("UNLINK", key)));
    cursor = next;
  } while (cursor !== "0");
}
