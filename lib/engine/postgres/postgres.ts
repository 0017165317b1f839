/**
 * PostgreSQL: a server, started by kvlab or already running.
 *
 * @module
 */
import { afterFailure, thenCleanUp } from "../../sync/clean_up.ts";
import type { Engine, EnginePreparation, PreparedEngine } from "../engine.ts";
import { EngineDirectory, type StoreSigns } from "../engine_directory.ts";
import { killServerIn } from "../server/server_process.ts";
import { PostgresClient } from "./client.ts";
import { PostgresConnection } from "./connection.ts";
import { programsOf } from "./programs.ts";
import { postgresPromises, WAL_WRITER_DELAY_MS } from "./promises.ts";
import { makeTable, useRunning } from "./running.ts";
import { DATA_NAME, PostgresServer } from "./server.ts";
import type { PostgresSettings, PostgresTarget, SpawnedSettings } from "./settings.ts";

/** Without the control file, nothing else can be read; the other file beside it has a number. */
const SIGNS: StoreSigns = {
  file: `${DATA_NAME}/global/pg_control`,
  isSign: (name, sizeBytes) => /^\d+$/.test(name) && sizeBytes > 0,
};

/** The table of a server that kvlab has started. */
const TABLE = "kvlab";
/** Connections beside those of the load: to start it, to ask it, and those that only a superuser may have. */
const OTHER_CONNECTIONS = 16;

/** PostgreSQL, with a connection for each operation in flight. */
export const ENGINE: Engine<PostgresSettings> = {
  title: "PostgreSQL",
  promises: (settings, known) => postgresPromises(settings, known?.readings),

  prepare(preparation): Promise<PreparedEngine> {
    const { settings } = preparation;
    return settings.url === undefined ? spawn(preparation, settings) : useRunning(settings.url, preparation);
  },

  killServer: killServerIn,

  connect: (target) => PostgresConnection.open(target as PostgresTarget),
};

/** Starts a server in a directory of its own. */
async function spawn(
  { output, threads, inFlight, stop }: EnginePreparation,
  settings: SpawnedSettings,
): Promise<PreparedEngine> {
  const programs = programsOf(settings.spawn);
  const directory = EngineDirectory.open("postgres", output, SIGNS);
  try {
    const server = await PostgresServer.start({
      programs,
      directory: directory.path,
      ...(output === undefined ? { temporary: directory.path } : {}),
      settings: {
        synchronous_commit: settings.synchronousCommit,
        fsync: settings.fsync,
        full_page_writes: settings.fullPageWrites,
        wal_writer_delay: `${WAL_WRITER_DELAY_MS}ms`,
        max_connections: threads * inFlight + OTHER_CONNECTIONS,
      },
      stop,
    });
    try {
      directory.made(SIGNS);
      await inServer(server, (client) => makeTable(client, TABLE));
    } catch (error) {
      await afterFailure(() => server.end());
      throw error;
    }
    const target: PostgresTarget = { socket: server.socket, table: TABLE, inFlight };
    return {
      target,
      directory,
      servers: [server.pid],
      settle: () => inServer(server, (client) => client.tell("CHECKPOINT")),
      explain: () => server.explain(),
      close: () => thenCleanUp(() => server.end(), () => directory.close()),
    };
  } catch (error) {
    await afterFailure(() => directory.close());
    throw error;
  }
}

/** Does something with a connection to a server. */
async function inServer(server: PostgresServer, act: (client: PostgresClient) => Promise<void>): Promise<void> {
  const client = await PostgresClient.connect({ socket: server.socket });
  await thenCleanUp(() => act(client), () => client.close());
}
