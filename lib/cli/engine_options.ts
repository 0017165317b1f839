/**
 * Turns an engine's flags into its settings.
 *
 * @module
 */
import type { EngineBackendOptions } from "../backend/backend.ts";
import type { EngineSettings } from "../engine/engine.ts";
import type { EngineName } from "../engine/engines.ts";
import { LEVELDB_SYNC_NAMES, type LeveldbSettings } from "../engine/leveldb/settings.ts";
import type { SqliteSettings } from "../engine/sqlite/settings.ts";
import type { SyncName } from "../persist/policy.ts";
import type { RawArguments } from "./arguments.ts";
import { read } from "./flag_values.ts";
import { FLAGS } from "./flags.ts";
import { redisSettings } from "./redis_options.ts";
import { UsageError } from "./usage_error.ts";
import { listNames, quote } from "./wording.ts";

/** LevelDB's own default block cache. */
const LEVELDB_CACHE_BYTES = 8 * 2 ** 20;

/** Reads each engine's settings from its flags. */
const SETTINGS: Readonly<Record<EngineName, (raw: RawArguments) => EngineSettings>> = {
  sqlite: (raw): SqliteSettings => ({
    journal: read(raw, FLAGS.journal),
    synchronous: read(raw, FLAGS.synchronous),
    busyTimeoutMs: read(raw, FLAGS.busyTimeout),
    ...given("cacheSizeBytes", read(raw, FLAGS.cacheSize)),
  }),
  leveldb: (raw): LeveldbSettings => ({
    sync: leveldbSync(read(raw, FLAGS.sync)),
    cacheSizeBytes: read(raw, FLAGS.cacheSize) ?? LEVELDB_CACHE_BYTES,
    writeBufferSizeBytes: read(raw, FLAGS.writeBufferSize),
  }),
  denokv: () => ({}),
  redis: redisSettings,
};

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
