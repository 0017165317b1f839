/**
 * What the tests of the postgres engine need: whether they can be run here, and how it is prepared.
 *
 * @module
 */
import { POSTGRES } from "../../../lib/engine/postgres/settings.ts";
import { ENGINE } from "../../../lib/engine/postgres/postgres.ts";
import type { EnginePreparation, PreparedEngine } from "../../../lib/engine/engine.ts";
import type { PostgresSettings, SpawnedSettings } from "../../../lib/engine/postgres/settings.ts";

/** Why tests that need PostgreSQL are left out; the empty string when they are not. */
const NO_POSTGRES = POSTGRES.missing?.() ?? "";

if (NO_POSTGRES !== "") {
  Deno.stderr.writeSync(new TextEncoder().encode(`\n*** Tests of postgres are left out: ${NO_POSTGRES}\n\n`));
}

/** A test that needs PostgreSQL, and says so where it is left out. */
export function postgresTest(name: string, fn: (context: Deno.TestContext) => Promise<void>): void {
  Deno.test({ name: NO_POSTGRES === "" ? name : `${name} (left out: ${NO_POSTGRES})`, ignore: NO_POSTGRES !== "", fn });
}

/** What `--spawn` alone means. */
export const SPAWNED: SpawnedSettings = { spawn: "", synchronousCommit: "on", fsync: "on", fullPageWrites: "on" };

/** Prepares it, for two threads with two operations in flight each. */
export async function prepare(
  settings: PostgresSettings = SPAWNED,
  options: Partial<EnginePreparation> = {},
): Promise<PreparedEngine> {
  return await ENGINE.prepare({ threads: 2, inFlight: 2, valueBytesMax: 100, ...options, settings });
}
