/**
 * PostgreSQL: a server, started by kvlab or already running.
 *
 * @module
 */
import { afterFailure } from "../../sync/clean_up.ts";
import type { Engine, EnginePreparation, PreparedEngine } from "../engine.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { EngineError } from "../engine_error.ts";
import { leftRemark } from "../server/client_texts.ts";
import { explainFailures } from "../server/spawned_server.ts";
import { killServerIn } from "../server/server_process.ts";
import { PostgresClient, show } from "./client.ts";
import { PostgresConnection } from "./connection.ts";
import { programsOf } from "./programs.ts";
import { postgresPromises, WAL_WRITER_DELAY_MS } from "./promises.ts";
import { inServer, ReplicatedPair } from "./replication.ts";
import { DATA_NAME, newSocketDirectory, PostgresServer } from "./server.ts";
import type { PostgresSettings, PostgresTarget, SpawnedSettings } from "./settings.ts";

/** Without the control file, nothing else can be read; the other file beside it has a number. */
const SIGNS: StoreSigns = {
  file: `${DATA_NAME}/global/pg_control`,
  isSign: (name, sizeBytes) => /^\d+$/.test(name) && sizeBytes > 0,
};

/** The table of a server that kvlab has started, and what the names of its tables begin with on others. */
const TABLE = "kvlab";
const TABLE_PREFIX = "kvlab_";
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

/**
 * Uses a server that is already running: checks that it can do what a run needs, and makes a table that no other run
 * has. Only that is touched, and it is removed at the end.
 *
 * @throws {EngineError} when it cannot be reached, or refuses
 */
async function useRunning(
  url: string,
  { threads, inFlight, onWarning }: Pick<EnginePreparation, "threads" | "inFlight" | "onWarning">,
): Promise<PreparedEngine> {
  const table = TABLE_PREFIX + crypto.randomUUID().slice(0, 8);
  const client = await PostgresClient.connect({ url });
  try {
    await refuseTooFewConnections(client, threads * inFlight);
    const count = await countTables(client);
    const remark = leftRemark(client.address, { count, thing: "table", names: `${TABLE_PREFIX}*` });
    if (remark !== undefined) onWarning?.(remark);
    await makeTable(client, table);
  } finally {
    await client.close();
  }
  const target: PostgresTarget = { url, table, inFlight };
  return { target, servers: "elsewhere", close: () => removeTable(target) };
}

/** Makes a table for keys and values. */
async function makeTable(client: PostgresClient, table: string): Promise<void> {
  await client.tell(`CREATE TABLE IF NOT EXISTS ${table} (key bytea PRIMARY KEY, value bytea NOT NULL)`);
}

/** @throws {EngineError} when that fails; the table is then left */
async function removeTable({ url = "", table }: PostgresTarget): Promise<void> {
  const client = await PostgresClient.connect({ url });
  try {
    await client.tell(`DROP TABLE ${table}`);
  } catch (error) {
    const reason = error instanceof EngineError ? error.cause : error;
    throw new EngineError("remove", `the table ${table} from ${client.address}, which keeps it`, reason);
  } finally {
    await client.close();
  }
}

async function countTables(client: PostgresClient): Promise<number> {
  const rows = await client.ask("SELECT 1 FROM pg_tables WHERE tablename LIKE $1", [`${TABLE_PREFIX}%`]);
  return rows.length;
}

/** @throws {EngineError} when the server takes fewer connections than will be asked for */
async function refuseTooFewConnections(client: PostgresClient, needed: number): Promise<void> {
  const max = Number(await show(client, "max_connections")) -
    Number(await show(client, "superuser_reserved_connections"));
  // This one will be closed.
  const others = await client.ask(
    "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
  );
  if (others.length + needed <= max) return;
  throw new EngineError(
    "use",
    client.address,
    `it takes ${max} connections (max_connections), has ${others.length}, and would need ${needed} more: one for ` +
      "each operation that each thread has in flight",
  );
}
