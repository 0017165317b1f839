/**
 * The table of engines: what is declared of each, and how to import it, which happens only when it is chosen.
 *
 * @module
 */
import type { EngineDeclaration, SharedFlag } from "./declaration.ts";
import { DENOKV } from "./denokv/settings.ts";
import type { Engine } from "./engine.ts";
import { ETCD } from "./etcd/settings.ts";
import { LEVELDB } from "./leveldb/settings.ts";
import { LMDB } from "./lmdb/settings.ts";
import { POSTGRES } from "./postgres/settings.ts";
import { REDIS } from "./redis/settings.ts";
import { ROCKSDB } from "./rocksdb/settings.ts";
import { SQLITE } from "./sqlite/settings.ts";

const DECLARATIONS = {
  sqlite: SQLITE,
  leveldb: LEVELDB,
  rocksdb: ROCKSDB,
  lmdb: LMDB,
  denokv: DENOKV,
  redis: REDIS,
  postgres: POSTGRES,
  etcd: ETCD,
};

/** The name of an engine, as on the command line. */
export type EngineName = keyof typeof DECLARATIONS;

/** What is declared of each engine, in the order shown to users. */
export const ENGINES: Readonly<Record<EngineName, EngineDeclaration>> = DECLARATIONS;

/** The names of the engines, in the order shown to users. */
export const ENGINE_NAMES = Object.keys(ENGINES) as readonly EngineName[];

/** The engines that take a flag that others take too. */
export function enginesThatTake(flag: SharedFlag): readonly EngineName[] {
  return ENGINE_NAMES.filter((name) => ENGINES[name].takes.includes(flag));
}

/** The engines that keep their keys in order. */
export function enginesInOrder(): readonly EngineName[] {
  return ENGINE_NAMES.filter((name) => ENGINES[name].isOrdered);
}

/** The engines that take `--sync`. */
export function enginesThatSync(): readonly EngineName[] {
  return ENGINE_NAMES.filter((name) => ENGINES[name].syncNames !== undefined);
}

/** Imports an engine's module. */
const MODULES: Readonly<Record<EngineName, () => Promise<{ readonly ENGINE: Engine<never> }>>> = {
  sqlite: () => import("./sqlite/sqlite.ts"),
  leveldb: () => import("./leveldb/leveldb.ts"),
  rocksdb: () => import("./rocksdb/rocksdb.ts"),
  lmdb: () => import("./lmdb/lmdb.ts"),
  denokv: () => import("./denokv/denokv.ts"),
  redis: () => import("./redis/redis.ts"),
  postgres: () => import("./postgres/postgres.ts"),
  etcd: () => import("./etcd/etcd.ts"),
};

/**
 * Loads the engine of that name. Its settings type is erased, which is safe because the command line reads the settings
 * for this engine only.
 */
export async function loadEngine(name: EngineName): Promise<Engine> {
  const { ENGINE } = await MODULES[name]();
  return ENGINE as unknown as Engine;
}
