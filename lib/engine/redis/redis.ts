/**
 * Redis or Valkey: a server or a cluster, started by kvlab or already running.
 *
 * @module
 */
import { lookAt } from "../../system/file_io.ts";
import type { Engine, EnginePreparation, PreparedEngine } from "../engine.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { EngineError } from "../engine_error.ts";
import { RedisCluster } from "./cluster.ts";
import { ClusterFailover } from "./cluster_failover.ts";
import { RedisClusterConnection } from "./cluster_connection.ts";
import { RedisConnection } from "./connection.ts";
import { ALL_KEYS, useRunning } from "./running.ts";
import { redisPromises } from "./promises.ts";
import { RedisServer, type ServerParts } from "./server.ts";
import { explainFailures } from "../server/spawned_server.ts";
import { killServerIn } from "../server/server_process.ts";
import type { RedisSettings, RedisTarget } from "./settings.ts";
import { systemCommand } from "../../system/command.ts";

/**
 * The manifest names the parts of the append-only file. Without it Redis begins anew over those that it finds. A server
 * that is killed at its very first start may leave parts without one, but nothing in them that was put.
 */
const SIGNS: StoreSigns = {
  file: "appendonlydir/appendonly.aof.manifest",
  isSign: (name, sizeBytes) => name.endsWith(".aof") && sizeBytes > 0 || /\.aof\.(?!1\.)\d+\./.test(name),
  // Redis takes an empty part for one to which nothing has been added yet, which a snapshot never is.
  filled: /\.base\.rdb$/,
};
const SNAPSHOT_NAME = "dump.rdb";

/** What keys begin with in a server that kvlab has started. */
const KEY_PREFIX = ALL_KEYS;

/** Redis, with one connection per load worker, or one to each primary of a cluster. */
export const ENGINE: Engine<RedisSettings> = {
  title: "Redis",
  promises: (settings, known) => redisPromises(settings, known?.readings),

  prepare(preparation): Promise<PreparedEngine> {
    const { settings } = preparation;
    return settings.url === undefined ? spawn(preparation, settings) : useRunning(settings.url, settings, preparation);
  },

  killServer: killServerIn,

  connect(target) {
    const redis = target as RedisTarget;
    return redis.cluster ? RedisClusterConnection.open(redis) : RedisConnection.open(redis);
  },
};

/** Starts a server or a cluster in a directory of its own. */
function spawn(
  { output, mayRepair = false, fault, stop }: EnginePreparation,
  settings: RedisSettings,
): Promise<PreparedEngine> {
  // Before version 7, the append-only file is a single one, of which nothing is noted.
  const signs = settings.appendfsync === undefined ? undefined : SIGNS;
  return prepareIn("redis", { output, signs }, async (directory) => {
    refuseIgnored(directory, settings);
    const parts = {
      program: settings.spawn ?? "redis-server",
      directory,
      ...(output === undefined ? { temporary: directory } : {}),
      args: persistenceArgs(settings),
      stop,
    };
    const { primaries = 1, replicas = 0, nodeTimeoutMs = 0, cluster: isCluster = false, wait } = settings;
    const { server, repaired } = isCluster
      ? {
        server: await RedisCluster.start({
          ...parts,
          primaries,
          replicas,
          nodeTimeoutMs,
          canBeCutOff: fault === "partition",
        }),
      }
      : await startServer(parts, mayRepair);
    const servers = server instanceof RedisCluster ? server.servers : [server];
    const target: RedisTarget = { url: server.url, cluster: isCluster, keyPrefix: KEY_PREFIX, wait };
    return {
      target,
      keepsNothing: settings.appendfsync === undefined && settings.rdbSeconds === undefined,
      servers: servers.map(({ pid }) => pid),
      ...(repaired === undefined ? {} : { repaired }),
      ...(server instanceof RedisCluster ? { failover: new ClusterFailover(server, KEY_PREFIX) } : {}),
      explain: () => explainFailures(servers),
      close: () => server.end(),
    };
  });
}

/**
 * A server loads its append-only file or its snapshot, as its settings say, and would begin anew over the other one.
 *
 * @throws {EngineError} when the directory holds the other one
 */
function refuseIgnored(directory: string, { appendfsync }: RedisSettings): void {
  const hasLog = lookAt(`${directory}/${SIGNS.file}`) !== undefined;
  const hasSnapshot = lookAt(`${directory}/${SNAPSHOT_NAME}`) !== undefined;
  if (hasLog && appendfsync === undefined) {
    throw new EngineError("use", `${directory}/${SIGNS.file}`, "a server without --appendfsync does not load it");
  }
  if (hasSnapshot && !hasLog && appendfsync !== undefined) {
    throw new EngineError("use", `${directory}/${SNAPSHOT_NAME}`, "a server with --appendfsync does not load it");
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

/** The arguments that determine what a server persists. */
function persistenceArgs({ appendfsync, rdbSeconds, rdbChanges }: RedisSettings): string[] {
  const save = rdbSeconds === undefined ? [""] : [String(rdbSeconds), String(rdbChanges)];
  const append = appendfsync === undefined
    ? ["--appendonly", "no"]
    : ["--appendonly", "yes", "--appendfsync", appendfsync];
  return ["--save", ...save, ...append];
}

/** How a server that cannot read its append-only file names the remedy: `redis-check-aof --fix`, or Valkey's. */
const NAMES_REPAIR = /-check-aof --fix/;

/** Whether a server's reason for not starting is an append-only file that can be repaired. */
function isRepairable(error: unknown): boolean {
  return error instanceof EngineError && NAMES_REPAIR.test(error.message);
}

/**
 * Cuts a server's append-only file off where it can no longer be read, as the server's own message advises.
 *
 * @param program the server's, whose tool is next to it
 * @returns what was done, as a clause
 * @throws {EngineError} when the tool is missing or fails
 */
async function repairAppendOnlyFile(program: string, directory: string): Promise<string> {
  const tool = program.replace(/server(?=[^/]*$)/, "check-aof");
  const { code, stdout, stderr } = await systemCommand("sh", {
    args: ["-c", 'echo y | "$1" --fix "$2"/appendonlydir/*.manifest', "sh", tool, directory],
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  if (code !== 0) throw new EngineError("repair the append-only file in", directory, lastLine(said));
  const [, bytes] = /from \d+ bytes, with (\d+) bytes/.exec(said) ?? [];
  return `${tool} --fix cut off ${bytes === undefined ? "its end" : `${bytes} bytes`}`;
}

function lastLine(text: string): string {
  return text.split("\n").findLast((line) => line.trim() !== "") ?? "it failed and said nothing";
}
