/**
 * The embedded engines, each with settings, and how tests use them.
 *
 * @module
 */
import type { Connection } from "../../lib/engine/connection.ts";
import type { EnginePreparation, EngineSettings, PreparedEngine } from "../../lib/engine/engine.ts";
import { type EngineName, ENGINES, loadEngine } from "../../lib/engine/engines.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

/** What RocksDB needs, if the machine lacks it. */
export const NO_ROCKSDB = ENGINES.rocksdb.missing?.();
// deno-lint-ignore no-console -- tests that are left out must not go unnoticed
if (NO_ROCKSDB !== undefined) console.warn(`IGNORED: the tests of embedded engines with rocksdb: ${NO_ROCKSDB}`);

const ROCKSDB_SETTINGS = {
  sync: "none",
  manualWalFlush: "true",
  walBytesPerSync: 1 << 16,
  walRecoveryMode: "absolute-consistency",
  cacheSizeBytes: 1 << 20,
  writeBufferSizeBytes: 1 << 20,
} as const;

/** The engines that need nothing but a directory, each with settings. */
export const EMBEDDED: readonly (readonly [EngineName, EngineSettings])[] = [
  ["sqlite", { journal: "wal", synchronous: "full", busyTimeoutMs: 1000, cacheSizeBytes: 1 << 20 }],
  ["sqlite", { journal: "delete", synchronous: "normal", busyTimeoutMs: 1000 }],
  ["leveldb", { sync: "none", cacheSizeBytes: 1 << 20, writeBufferSizeBytes: 1 << 20 }],
  ["leveldb", { sync: "data", cacheSizeBytes: 1 << 20, writeBufferSizeBytes: 1 << 20 }],
  ["denokv", {}],
  ["lmdb", { syncMode: "sync", mapSizeBytes: 1 << 20 }],
  ["lmdb", { syncMode: "no-sync", mapSizeBytes: 1 << 30 }],
  ...NO_ROCKSDB === undefined ? [["rocksdb", ROCKSDB_SETTINGS], ["rocksdb", { sync: "data" }]] as const : [],
];

/** Prepares one of them. */
export async function prepare(
  [name, settings]: readonly [EngineName, EngineSettings],
  options: Partial<EnginePreparation>,
): Promise<PreparedEngine> {
  const engine = await loadEngine(name);
  return await engine.prepare({ threads: 2, inFlight: 1, valueBytesMax: 100, ...options, settings });
}

/** The value of a key, if it is there. */
export async function valueOf(connection: Connection, key: string): Promise<string | undefined> {
  const out = new PaddedBytes(0);
  return await connection.get(PaddedBytes.of(key), out) ? out.toString() : undefined;
}
