/**
 * The engines: the one table that says which there are, and imports each only when it is named.
 *
 * @module
 */
import type { Engine } from "./engine.ts";

/** The names of the engines, in the order shown to users. */
export const ENGINE_NAMES = ["sqlite", "leveldb", "denokv", "redis"] as const;

/** The name of an engine, as the command line has it. */
export type EngineName = typeof ENGINE_NAMES[number];

/** Imports an engine's module. */
const MODULES: Readonly<Record<EngineName, () => Promise<{ readonly ENGINE: Engine<never> }>>> = {
  sqlite: () => import("./sqlite/sqlite.ts"),
  leveldb: () => import("./leveldb/leveldb.ts"),
  denokv: () => import("./denokv/denokv.ts"),
  redis: () => import("./redis/redis.ts"),
};

/**
 * The engine of that name. Its settings are those that the command line read for this engine and no other, which is why
 * their type may be forgotten here.
 */
export async function loadEngine(name: EngineName): Promise<Engine> {
  const { ENGINE } = await MODULES[name]();
  return ENGINE as unknown as Engine;
}
