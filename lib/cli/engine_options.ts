/**
 * Turns an engine's flags into its settings.
 *
 * @module
 */
import type { EngineBackendOptions } from "../backend/backend.ts";
import type { EngineSettings } from "../engine/engine.ts";
import type { EngineName } from "../engine/engines.ts";
import { LEVELDB_SYNC_NAMES, type LeveldbSettings } from "../engine/leveldb/settings.ts";
import type { SyncName } from "../persist/policy.ts";
import type { RawArguments } from "./arguments.ts";
import { read } from "./flag_values.ts";
import { FLAGS } from "./flags.ts";
import { redisSettings } from "./redis_options.ts";
import { ENGINE_FLAGS } from "../result/option/engine_flags.ts";
import { UsageError } from "./usage_error.ts";
import { listNames, quote } from "../option/wording.ts";

/** LevelDB's own default block cache. */
const LEVELDB_CACHE_BYTES = 8 * 2 ** 20;

/** Reads each engine's settings from its flags. */
const SETTINGS: Readonly<Record<EngineName, (raw: RawArguments) => EngineSettings>> = {
  sqlite: (raw) => flagsOf("sqlite", raw),
  leveldb: (raw) => ({
    sync: leveldbSync(read(raw, FLAGS.sync)),
    cacheSizeBytes: LEVELDB_CACHE_BYTES,
    ...flagsOf("leveldb", raw),
  }),
  denokv: () => ({}),
  redis: redisSettings,
};

/** The values of an engine's own flags, under their keys, which are the settings' names. */
function flagsOf(engine: EngineName, raw: RawArguments): EngineSettings {
  const { inFlight: _, ...flags } = ENGINE_FLAGS;
  const own = Object.entries(flags).filter(([, { engines }]) => engines.some((name) => name === engine));
  return Object.assign({}, ...own.map(([key, flag]) => given(key, read<string | number>(raw, flag))));
}

/** @throws {UsageError} when a value is not allowed or flags contradict each other */
export function engineBackend(engine: EngineName, raw: RawArguments): EngineBackendOptions {
  return {
    kind: "engine",
    engine,
    settings: SETTINGS[engine](raw),
    ...given("output", read(raw, FLAGS.output)),
    inFlight: read(raw, FLAGS.inFlight),
  };
}

/** @throws {UsageError} when LevelDB does not have this level */
function leveldbSync(sync: SyncName): LeveldbSettings["sync"] {
  const name = LEVELDB_SYNC_NAMES.find((name) => name === sync);
  if (name !== undefined) return name;
  throw new UsageError(`--sync must be ${listNames(LEVELDB_SYNC_NAMES)} with leveldb, got ${quote(sync)}`);
}

/** An object with the setting under its name, or an empty one if the setting is not given. */
function given<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: T };
}
