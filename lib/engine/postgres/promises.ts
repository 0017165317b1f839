/**
 * What PostgreSQL promises.
 *
 * @module
 */
import type { EngineReadings } from "../connection.ts";
import { type Loss, NOTHING, type Promises } from "../promises.ts";
import type { PostgresSettings, SpawnedSettings } from "./settings.ts";

/** For a running server of which nothing has been read yet. */
const BY_ITS_SETTINGS: Loss = { text: "what the server's own synchronous_commit, fsync and full_page_writes say" };

/** The setting of a server that kvlab starts, which is PostgreSQL's own default, in milliseconds. */
export const WAL_WRITER_DELAY_MS = 200;

/** How a server persists. */
interface Persistence {
  readonly isCommitSynced: boolean;
  readonly isSyncing: boolean;
  readonly hasFullPages: boolean;
  readonly walWriterDelayMs: number;
}

/**
 * What PostgreSQL says of its settings (https://www.postgresql.org/docs/15/runtime-config-wal.html and
 * https://www.postgresql.org/docs/15/wal-async-commit.html):
 *
 * - `synchronous_commit` on, or any other value but off: a commit returns once its record of the write-ahead log has
 *   been flushed. With off it returns before that record has left the server's memory, and "the maximum delay is three
 *   times wal_writer_delay"; what is lost are whole transactions, the latest.
 * - `fsync` off: "this can result in unrecoverable data corruption in the event of a power failure or system crash";
 *   still, each commit is handed to the system, so a crash of the server alone loses nothing.
 * - `full_page_writes` off "might lead to either unrecoverable data corruption, or silent data corruption, after a
 *   system failure".
 * - Streaming replication "is asynchronous by default", so that what the standby lacks is lost when it is promoted.
 *   With `synchronous_standby_names` each commit waits until a standby has it: has synced it (on), written it to its
 *   system (remote_write) or applied it (remote_apply); with local or off it does not wait for the standby.
 *
 * @param readings the settings that a running server has told, once they have been asked for
 */
export function postgresPromises(settings: PostgresSettings, readings?: EngineReadings): Promises {
  if (settings.url !== undefined && readings === undefined) {
    return { processCrash: BY_ITS_SETTINGS, powerLoss: BY_ITS_SETTINGS };
  }
  const persistence = settings.url === undefined ? persistenceGiven(settings) : persistenceRead(readings ?? {});
  return { processCrash: processCrash(persistence), powerLoss: powerLoss(persistence), ...failoverOf(settings) };
}

/** What a promoted standby may lack. */
function failoverOf(settings: PostgresSettings): { readonly failover?: Loss } {
  if (settings.url !== undefined || settings.replicas === undefined) return {};
  const { synchronousCommit, synchronousStandbyNames } = settings;
  const waits = synchronousStandbyNames !== undefined && !["off", "local"].includes(synchronousCommit);
  return { failover: waits ? NOTHING : { text: "what the standby does not have yet: replication is asynchronous" } };
}

function persistenceGiven(
  { synchronousCommit, fsync, fullPageWrites }: SpawnedSettings,
): Persistence {
  return {
    isCommitSynced: synchronousCommit !== "off",
    isSyncing: fsync === "on",
    hasFullPages: fullPageWrites === "on",
    walWriterDelayMs: WAL_WRITER_DELAY_MS,
  };
}

function persistenceRead(
  { synchronous_commit, fsync, full_page_writes, wal_writer_delay }: EngineReadings,
): Persistence {
  const [, count, unit] = /^(\d+)(ms|s)$/.exec(String(wal_writer_delay)) ?? [];
  return {
    isCommitSynced: synchronous_commit !== "off",
    isSyncing: fsync === "on",
    hasFullPages: full_page_writes === "on",
    walWriterDelayMs: Number(count) * (unit === "s" ? 1000 : 1),
  };
}

function processCrash({ isCommitSynced, walWriterDelayMs }: Persistence): Loss {
  if (isCommitSynced) return NOTHING;
  const ageMsMax = 3 * walWriterDelayMs;
  return { text: `the last ${ageMsMax} ms: three times wal_writer_delay`, ageMsMax };
}

function powerLoss(persistence: Persistence): Loss {
  const { isSyncing, hasFullPages } = persistence;
  if (!isSyncing) return { text: "everything: the database may become corrupt (fsync=off)", mayTear: true };
  if (!hasFullPages) {
    return { text: "everything, where a page gets torn: the database may become corrupt", mayTear: true };
  }
  return processCrash(persistence);
}
