/**
 * Redis or Valkey: a server or a cluster, started by kvlab or already running.
 *
 * @module
 */
import { afterFailure } from "../../sync/clean_up.ts";
import type { Engine, EnginePreparation, PreparedEngine } from "../engine.ts";
import { EngineDirectory } from "../engine_directory.ts";
import { RedisCluster } from "./cluster.ts";
import { ClusterFailover } from "./cluster_failover.ts";
import { RedisClusterConnection } from "./cluster_connection.ts";
import { RedisConnection } from "./connection.ts";
import { useRunning } from "./running.ts";
import { redisPromises } from "./promises.ts";
import { isRepairable, repairAppendOnlyFile } from "./repair.ts";
import { RedisServer, type ServerParts } from "./server.ts";
import { killServerIn } from "./server_process.ts";
import type { RedisSettings, RedisTarget } from "./settings.ts";

/** What keys begin with in a server that kvlab has started. */
const KEY_PREFIX = "kvlab:";

/** Redis, with one connection per load worker, or one to each primary of a cluster. */
export const ENGINE: Engine<RedisSettings> = {
  title: "Redis",
  promises: redisPromises,

  prepare(preparation): Promise<PreparedEngine> {
    const { settings } = preparation;
    return settings.url === undefined ? spawn(preparation, settings) : useRunning(settings.url, settings);
  },

  killServer: killServerIn,

  connect(target) {
    const redis = target as RedisTarget;
    return redis.cluster ? RedisClusterConnection.open(redis) : RedisConnection.open(redis);
  },
};

/** Starts a server or a cluster in a directory of its own. */
async function spawn(
  { output, mayRepair = false, stop }: EnginePreparation,
  settings: RedisSettings,
): Promise<PreparedEngine> {
  const directory = EngineDirectory.open("redis", output);
  try {
    const parts = {
      program: settings.spawn ?? "redis-server",
      directory: directory.path,
      ...(output === undefined ? { temporary: directory.path } : {}),
      args: persistenceArgs(settings),
      stop,
    };
    const { primaries = 1, replicas = 0, nodeTimeoutMs = 0, cluster: isCluster = false, wait } = settings;
    const { server, repaired } = isCluster
      ? { server: await RedisCluster.start({ ...parts, primaries, replicas, nodeTimeoutMs }) }
      : await startServer(parts, mayRepair);
    const servers = server instanceof RedisCluster ? server.servers : [server];
    const target: RedisTarget = { url: server.url, cluster: isCluster, keyPrefix: KEY_PREFIX, wait };
    return {
      target,
      directory,
      keepsNothing: settings.appendfsync === undefined && settings.rdbSeconds === undefined,
      servers: servers.map(({ pid }) => pid),
      ...(repaired === undefined ? {} : { repaired }),
      ...(server instanceof RedisCluster ? { failover: new ClusterFailover(server, KEY_PREFIX) } : {}),
      explain: () => explain(servers),
      close: async () => {
        await server.end();
        directory.close();
      },
    };
  } catch (error) {
    await afterFailure(() => directory.close());
    throw error;
  }
}

/** Starts a server, if need be and it may be after a repair of its append-only file. */
async function startServer(
  parts: ServerParts,
  mayRepair: boolean,
): Promise<{ server: RedisServer; repaired?: string }> {
  try {
    return { server: await RedisServer.start(parts) };
  } catch (error) {
    if (!mayRepair || !isRepairable(error)) throw error;
    const repaired = await repairAppendOnlyFile(parts.program, parts.directory);
    return { server: await RedisServer.start(parts), repaired };
  }
}

/**
 * What one of the servers says about a failure. Nodes of a cluster log much that is no error, and count only if they
 * have ended.
 */
async function explain(servers: readonly RedisServer[]): Promise<string | undefined> {
  const clauses = await Promise.all(servers.map((server) => server.explain()));
  return clauses.find((_, index) => servers.length === 1 || servers[index]?.process.hasEnded);
}

/** The arguments that determine what a server persists. */
function persistenceArgs({ appendfsync, rdbSeconds, rdbChanges }: RedisSettings): string[] {
  const save = rdbSeconds === undefined ? [""] : [String(rdbSeconds), String(rdbChanges)];
  const append = appendfsync === undefined
    ? ["--appendonly", "no"]
    : ["--appendonly", "yes", "--appendfsync", appendfsync];
  return ["--save", ...save, ...append];
}
