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

/** What a process must be permitted in order to use an engine, beside its own directories. */
export interface EnginePermissions {
  /** Flags of Deno. */
  readonly flags: readonly string[];
  /** Whether it reads files that nobody knows beforehand, such as those of a package in Deno's cache. */
  readonly readsAnywhere: boolean;
}

const NO_PERMISSIONS: EnginePermissions = { flags: [], readsAnywhere: false };

/** What a process that uses the engine must be permitted; `deno.json` permits all of it to kvlab. */
export const ENGINE_PERMISSIONS: Readonly<Record<EngineName, EnginePermissions>> = {
  sqlite: NO_PERMISSIONS,
  // A library, of which a build is chosen by these (npm:node-gyp-build).
  leveldb: {
    flags: [
      "--allow-ffi",
      "--allow-env=PREBUILDS_ONLY,ELECTRON_RUN_AS_NODE,npm_config_arch,npm_config_platform,LIBC,ARM_VERSION",
    ],
    readsAnywhere: true,
  },
  denokv: NO_PERMISSIONS,
  // A connection to a server; one of its own is started by a shell that ends it with kvlab.
  redis: { flags: ["--allow-net", "--allow-run=sh"], readsAnywhere: false },
};
