/**
 * Asks a server for its version and its settings.
 *
 * @module
 */
import type { EngineDescription } from "../connection.ts";
import type { PostgresClient } from "./client.ts";

/** The settings that determine what the server may lose and how fast it is. */
const SETTINGS = [
  "synchronous_commit",
  "fsync",
  "full_page_writes",
  "synchronous_standby_names",
  "wal_level",
  "wal_sync_method",
  "wal_writer_delay",
  "commit_delay",
  "data_checksums",
  "shared_buffers",
  "max_wal_size",
  "checkpoint_timeout",
  "max_connections",
] as const;

/** Reads back the version and the settings, as the session has them. */
export async function describeServer(client: PostgresClient): Promise<EngineDescription> {
  const settings: Record<string, string> = {};
  for (const name of SETTINGS) settings[name] = await show(client, name);
  return { version: await show(client, "server_version"), settings };
}

/** A setting's value as `SHOW` gives it, with its unit. */
export async function show(client: PostgresClient, name: string): Promise<string> {
  const [row] = await client.ask(`SHOW ${name}`);
  return row?.[0] ?? "";
}
