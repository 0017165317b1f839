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

/** What a process must be permitted in order to use an engine, besides its own directories. */
export interface EnginePermissions {
  /** Flags of Deno. */
  readonly flags: readonly string[];
  /** Whether it reads files that are not known beforehand, such as those of a package in Deno's cache. */
  readonly readsAnywhere: boolean;
}

const NO_PERMISSIONS: EnginePermissions = { flags: [], readsAnywhere: false };

/** The permissions that each engine needs; `deno.json` grants kvlab all of them. */
export const ENGINE_PERMISSIONS: Readonly<Record<EngineName, EnginePermissions>> = {
  sqlite: NO_PERMISSIONS,
  // A native library; these variables select its build (npm:node-gyp-build).
  leveldb: {
    flags: [
      "--allow-ffi",
      "--allow-env=PREBUILDS_ONLY,ELECTRON_RUN_AS_NODE,npm_config_arch,npm_config_platform,LIBC,ARM_VERSION",
    ],
    readsAnywhere: true,
  },
  denokv: NO_PERMISSIONS,
  // Connects to a server. One that kvlab starts is run by a shell, which ends it together with kvlab.
  redis: { flags: ["--allow-net", "--allow-run=sh"], readsAnywhere: false },
};
