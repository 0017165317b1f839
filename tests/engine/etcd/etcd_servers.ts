/**
 * What the tests of the etcd engine need: whether they can be run here, and how it is prepared.
 *
 * @module
 */
import type { EnginePreparation, PreparedEngine } from "../../../lib/engine/engine.ts";
import { ENGINE } from "../../../lib/engine/etcd/etcd.ts";
import { ETCD, type EtcdSettings, type SpawnedSettings } from "../../../lib/engine/etcd/settings.ts";

/** Why tests that need etcd are left out; the empty string when they are not. */
const NO_ETCD = ETCD.missing?.() ?? "";

if (NO_ETCD !== "") Deno.stderr.writeSync(new TextEncoder().encode(`\n*** Tests of etcd are left out: ${NO_ETCD}\n\n`));

/** A test that needs etcd, and says so where it is left out. */
export function etcdTest(name: string, fn: (context: Deno.TestContext) => Promise<void>): void {
  Deno.test({ name: NO_ETCD === "" ? name : `${name} (left out: ${NO_ETCD})`, ignore: NO_ETCD !== "", fn });
}

/** What `--spawn` alone means. */
export const SPAWNED: SpawnedSettings = { spawn: "etcd", snapshotCount: 100_000, quotaBackendBytes: 8 * 2 ** 30 };

/** Prepares it, for two threads with two operations in flight each. */
export async function prepare(
  settings: EtcdSettings = SPAWNED,
  options: Partial<EnginePreparation> = {},
): Promise<PreparedEngine> {
  return await ENGINE.prepare({ threads: 2, inFlight: 2, valueBytesMax: 100, ...options, settings });
}
