/**
 * PostgreSQL: a server, started by kvlab or already running.
 *
 * @module
 */
import { afterFailure } from "../../sync/clean_up.ts";
import type { Engine, EnginePreparation, PreparedEngine } from "../engine.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { explainFailures } from "../server/answering.ts";
import { killServerIn } from "../server/server_process.ts";
import { PostgresConnection } from "./connection.ts";
import { programsOf } from "./programs.ts";
import { postgresPromises, WAL_WRITER_DELAY_MS } from "./promises.ts";
import { inServer, ReplicatedPair } from "./replication.ts";
import { makeTable, useRunning } from "./running.ts";
import { DATA_NAME, newSocketDirectory, PostgresServer } from "./server.ts";
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
function spawn(
  { output, threads, inFlight, stop }: EnginePreparation,
  settings: SpawnedSettings,
): Promise<PreparedEngine> {
  const programs = programsOf(settings.spawn);
  return prepareIn("postgres", { output, signs: SIGNS }, async (directory) => {
    const parts = {
      programs,
      directory,
      ...(output === undefined ? { temporary: directory } : {}),
      settings: serverSettings(settings, threads * inFlight),
      stop,
    };
    const pair = settings.replicas === undefined ? undefined : await ReplicatedPair.start(parts);
    const servers = pair?.servers ?? [await PostgresServer.start({ ...parts, socketDirectory: newSocketDirectory() })];
    const end = async () => void await Promise.all(servers.map((server) => server.end()));
    try {
      const [primary] = servers;
      if (primary === undefined) throw new RangeError("Cannot use no server");
      await inServer(primary, (client) => makeTable(client, TABLE));
      const sockets = servers.map(({ socket }) => socket).join(":");
      const target: PostgresTarget = { sockets, table: TABLE, inFlight };
      return {
        target,
        servers: servers.map(({ pid }) => pid),
        settle: () => inServer(primary, (client) => client.tell("CHECKPOINT")),
        ...(pair === undefined ? {} : { failover: pair }),
        explain: () => explainFailures(servers),
        close: end,
      };
    } catch (error) {
      await afterFailure(end);
      throw error;
    }
  });
}

/** What a server is told, by its own names. */
function serverSettings(
  { synchronousCommit, fsync, fullPageWrites, synchronousStandbyNames }: SpawnedSettings,
  connections: number,
): Readonly<Record<string, string | number>> {
  return {
    synchronous_commit: synchronousCommit,
    fsync,
    full_page_writes: fullPageWrites,
    synchronous_standby_names: synchronousStandbyNames ?? "",
    wal_writer_delay: `${WAL_WRITER_DELAY_MS}ms`,
    max_connections: connections + OTHER_CONNECTIONS,
  };
}
