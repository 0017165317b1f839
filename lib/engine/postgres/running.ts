/**
 * Uses a server that is already running: only kvlab's own table is touched, and it is removed at the end.
 *
 * @module
 */
import type { EnginePreparation, PreparedEngine } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import { leftRemark } from "../left_remark.ts";
import { PostgresClient } from "./client.ts";
import { show } from "./describe.ts";
import type { PostgresTarget } from "./settings.ts";

/** What the names of kvlab's tables begin with. */
const TABLE_PREFIX = "kvlab_";

/**
 * Checks that the server can do what a run needs, and makes a table that no other run has.
 *
 * @throws {EngineError} when it cannot be reached, or refuses
 */
export async function useRunning(
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
export async function makeTable(client: PostgresClient, table: string): Promise<void> {
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
