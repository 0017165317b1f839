/**
 * Asks a server for its version and its settings.
 *
 * @module
 */
import type { EngineDescription } from "../connection.ts";
import type { EtcdClient } from "./client.ts";

/** The settings that determine what the server may lose and how fast it is, if its command line has them. */
const SETTINGS = [
  "snapshot-count",
  "heartbeat-interval",
  "election-timeout",
  "auto-compaction-mode",
  "auto-compaction-retention",
  "unsafe-no-fsync",
  "max-txn-ops",
] as const;

/** A figure that each server has among its metrics. */
const QUOTA = /^etcd_server_quota_backend_bytes ([\d.e+]+)$/m;

/**
 * Reads back the version, the command line and the figures of a server. What it was told otherwise, as by its
 * environment, it does not tell.
 */
export async function describeServer(client: EtcdClient): Promise<EngineDescription> {
  const { version } = await client.ask("maintenance/status");
  const { members } = await client.ask("cluster/member/list");
  const settings: Record<string, string | number> = { members: (members as readonly unknown[]).length };
  const [, quota] = QUOTA.exec(await client.page("/metrics")) ?? [];
  if (quota !== undefined) settings.quota_backend_bytes = Number(quota);
  const given = commandLine(await client.page("/debug/vars"));
  for (const name of SETTINGS) {
    const value = given.get(name);
    if (value !== undefined) settings[name.replaceAll("-", "_")] = value;
  }
  return { version: String(version), settings };
}

/** The flags of a server's command line, as its variables show it. */
function commandLine(variables: string): ReadonlyMap<string, string> {
  const { cmdline = [] } = variables === "" ? {} : JSON.parse(variables) as { readonly cmdline?: readonly string[] };
  return new Map(cmdline.flatMap((arg) => {
    const [, name, value] = /^--?([\w-]+)=(.*)$/.exec(arg) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  }));
}
