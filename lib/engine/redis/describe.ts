/**
 * Asks a server for its version, settings and role.
 *
 * @module
 */
import type { EngineDescription } from "../connection.ts";
import { EngineError } from "../engine_error.ts";
import type { RedisClient } from "./client.ts";
import { parseInfo } from "./texts.ts";

/** The settings that determine what the server may lose and how fast it is, under the server's own names. */
const SETTINGS = [
  "appendonly",
  "appendfsync",
  "no-appendfsync-on-rewrite",
  "save",
  "maxmemory",
  "maxmemory-policy",
  "io-threads",
] as const;
const CLUSTER_SETTINGS = ["cluster-node-timeout", "cluster-require-full-coverage"] as const;

/** Reads back the version and the settings, as far as the server reports them; some forbid `CONFIG`. */
export async function describeServer(client: RedisClient, cluster: boolean): Promise<EngineDescription> {
  const info = parseInfo(await client.askText("INFO", "server"));
  const valkey = info.get("valkey_version");
  const version = valkey === undefined ? String(info.get("redis_version")) : `Valkey ${valkey}`;
  const settings: Record<string, string> = {};
  for (const name of cluster ? [...SETTINGS, ...CLUSTER_SETTINGS] : SETTINGS) {
    const value = await readSetting(client, name);
    if (value !== undefined) settings[name.replaceAll("-", "_")] = value;
  }
  const replication = parseInfo(await client.askText("INFO", "replication"));
  return { version, settings: { ...settings, connected_slaves: Number(replication.get("connected_slaves") ?? 0) } };
}

/** A setting's value; `undefined` if the server does not have it, or does not report it. */
async function readSetting(client: RedisClient, name: string): Promise<string | undefined> {
  try {
    const [, value] = await client.ask("CONFIG", "GET", name) as readonly string[];
    return value;
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** A server's role, as far as it matters for connecting to it. */
export interface ServerRole {
  readonly isCluster: boolean;
  readonly isReplica: boolean;
  /** Replicas that are connected to it. */
  readonly replicas: number;
}

/** Asks a server for its role. */
export async function roleOf(client: RedisClient): Promise<ServerRole> {
  const cluster = parseInfo(await client.askText("INFO", "cluster"));
  const replication = parseInfo(await client.askText("INFO", "replication"));
  return {
    isCluster: cluster.get("cluster_enabled") === "1",
    isReplica: replication.get("role") === "slave",
    replicas: Number(replication.get("connected_slaves") ?? 0),
  };
}
