/**
 * Uses a server or cluster that is already running: only kvlab's own data is touched, and it is removed at the end. It
 * is asked whether it has room for the connections, what earlier runs have left in it, and whether it throws keys away.
 *
 * @module
 */
import type { EnginePreparation, PreparedEngine } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import { leftRemark } from "../server/client_texts.ts";
import { RedisClient } from "./client.ts";
import { ClusterNodes } from "./cluster_nodes.ts";
import { roleOf, type ServerRole } from "./describe.ts";
import type { RedisSettings, RedisTarget } from "./settings.ts";
import { parseInfo } from "./texts.ts";

/** What all of kvlab's keys begin with. */
export const ALL_KEYS = "kvlab:";
/** How many keys are looked at at a time, and for how long altogether, in milliseconds. */
const LOOK_COUNT = 1000;
const LOOK_MS = 200;
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

/** @throws {EngineError} when the server takes fewer connections than will be asked for */
async function refuseTooFewClients(client: RedisClient, needed: number): Promise<void> {
  const info = parseInfo(await client.askText("INFO", "clients"));
  const max = Number(info.get("maxclients") ?? Infinity);
  // This connection will be closed.
  const taken = Number(info.get("connected_clients") ?? 1) - 1;
  if (taken + needed <= max) return;
  throw new EngineError(
    "use",
    client.address,
    `it takes ${max} connections (maxclients), has ${taken}, and would need ${needed} more: one for each thread`,
  );
}

/** That earlier runs have left keys, as a sentence; `undefined` if none are found. */
async function leftKeysRemark(client: RedisClient): Promise<string | undefined> {
  const startedAtMs = performance.now();
  let cursor = "0", count = 0, isAll = false;
  while (!isAll && performance.now() - startedAtMs < LOOK_MS) {
    const reply = await client.ask("SCAN", cursor, "MATCH", `${ALL_KEYS}*`, "COUNT", String(LOOK_COUNT));
    const [next, keys] = reply as readonly [string, readonly string[]];
    cursor = next;
    count += keys.length;
    isAll = next === "0";
  }
  return leftRemark(client.address, { count, isAll, thing: "key", names: `${ALL_KEYS}*` });
}

/** That the server throws keys away when its memory is full, as a sentence; `undefined` if it does not. */
async function evictionRemark(client: RedisClient): Promise<string | undefined> {
  const info = parseInfo(await client.askText("INFO", "memory"));
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  // The others only evict keys that expire, and none of kvlab's do.
  if (Number(info.get("maxmemory") ?? 0) === 0 || !policy.startsWith("allkeys-")) return undefined;
  return `${client.address} throws keys away once it uses ${
    info.get("maxmemory_human")
  } (maxmemory-policy=${policy}): ` +
    "reads of them find nothing";
}

/** How many keys the server has ever thrown away; `undefined` if it does not tell. */
async function evictedKeys(client: RedisClient): Promise<number | undefined> {
  const count = parseInfo(await client.askText("INFO", "stats")).get("evicted_keys");
  return count === undefined ? undefined : Number(count);
}
