/**
 * What the tests of the postgres engine need: whether they can be run here, and how it is prepared.
 *
 * @module
 */
import { ENGINE } from "../../../lib/engine/postgres/postgres.ts";
import type { EnginePreparation, PreparedEngine } from "../../../lib/engine/engine.ts";
import type { PostgresSettings, SpawnedSettings } from "../../../lib/engine/postgres/settings.ts";
import { testsOf } from "../missing.ts";

export const postgresTest = testsOf("postgres");

/** What `--spawn` alone means. */
export const SPAWNED: SpawnedSettings = { spawn: "", synchronousCommit: "on", fsync: "on", fullPageWrites: "on" };

/** Prepares it, for two threads with two operations in flight each. */
export async function prepare(
  settings: PostgresSettings = SPAWNED,
  options: Partial<EnginePreparation> = {},
): Promise<PreparedEngine> {
  return await ENGINE.prepare({ threads: 2, inFlight: 2, valueBytesMax: 100, ...options, settings });
}
