/**
 * Uses a server or cluster that is already running: only kvlab's own data is touched, and it is removed at the end.
 *
 * @module
 */
import type { PreparedEngine } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import { RedisClient } from "./client.ts";
import { ClusterNodes } from "./cluster_nodes.ts";
import { roleOf, type ServerRole } from "./describe.ts";
import type { RedisSettings, RedisTarget } from "./settings.ts";

/** How many keys are examined and removed at a time; the server does nothing else meanwhile. */
const SCAN_COUNT = 500;

/**
 * Checks that the server is what the settings say, and chooses a key prefix that no other run has.
 *
 * @throws {EngineError} when it cannot be reached, or is something else
 */
export async function useRunning(url: string, { cluster = false, wait }: RedisSettings): Promise<PreparedEngine> {
  const client = await RedisClient.connect(url);
  try {
    refuseOther(await roleOf(client), { address: client.address, cluster, wait });
  } finally {
    client.close();
  }
  const keyPrefix = `kvlab:${crypto.randomUUID().slice(0, 8)}:`;
  const target: RedisTarget = { url, cluster, keyPrefix, wait };
  return {
    target,
    servers: "elsewhere",
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
async function removeKeys({ url, cluster, keyPrefix, wait }: RedisTarget): Promise<void> {
  if (!cluster) {
    const client = await RedisClient.connect(url);
    await removeKeysOf(client, keyPrefix).finally(() => client.close());
    return;
  }
  const nodes = await ClusterNodes.connect({ url, wait });
  try {
    for (const { client } of await nodes.primaries()) await removeKeysOf(client, keyPrefix);
  } finally {
    nodes.close();
  }
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
