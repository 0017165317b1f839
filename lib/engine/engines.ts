/**
 * The table of engines. Each is imported only when it is chosen.
 *
 * @module
 */
import type { Engine } from "./engine.ts";

/** The names of the engines, in the order shown to users. */
export const ENGINE_NAMES = ["sqlite", "leveldb", "denokv", "redis"] as const;

/** The name of an engine, as on the command line. */
export type EngineName = typeof ENGINE_NAMES[number];

/** Imports an engine's module. */
const MODULES: Readonly<Record<EngineName, () => Promise<{ readonly ENGINE: Engine<never> }>>> = {
  sqlite: () => import("./sqlite/sqlite.ts"),
  leveldb: () => import("./leveldb/leveldb.ts"),
  denokv: () => import("./denokv/denokv.ts"),
  redis: () => import("./redis/redis.ts"),
};

/**
 * Loads the engine of that name. Its settings type is erased, which is safe because the command line reads the settings
 * for this engine only.
 */
export async function loadEngine(name: EngineName): Promise<Engine> {
  const { ENGINE } = await MODULES[name]();
  return ENGINE as unknown as Engine;
}
