/**
 * What the tests of the etcd engine need: whether they can be run here, and how it is prepared.
 *
 * @module
 */
import type { EnginePreparation, PreparedEngine } from "../../../lib/engine/engine.ts";
import { ENGINE } from "../../../lib/engine/etcd/etcd.ts";
import type { EtcdSettings, SpawnedSettings } from "../../../lib/engine/etcd/settings.ts";
import { testsOf } from "../missing.ts";

export const etcdTest = testsOf("etcd");

/** What `--spawn` alone means. */
export const SPAWNED: SpawnedSettings = { spawn: "etcd", snapshotCount: 100_000, quotaBackendBytes: 8 * 2 ** 30 };

/** Prepares it, for two threads with two operations in flight each. */
export async function prepare(
  settings: EtcdSettings = SPAWNED,
  options: Partial<EnginePreparation> = {},
): Promise<PreparedEngine> {
  return await ENGINE.prepare({ threads: 2, inFlight: 2, valueBytesMax: 100, ...options, settings });
}
