/**
 * Turns an engine's flags into its settings.
 *
 * @module
 */
import type { EngineBackendOptions } from "../backend/backend.ts";
import type { EngineSettings } from "../engine/engine.ts";
import { type EngineName, ENGINES } from "../engine/engines.ts";
import type { SyncName } from "../persist/durability.ts";
import type { RawArguments } from "./arguments.ts";
import { read } from "./flag_values.ts";
import { FLAGS } from "./flags.ts";
import { redisSettings } from "./redis_options.ts";
import { OWN_FLAGS } from "../result/option/engine_flags.ts";
import { UsageError } from "./usage_error.ts";
import { given } from "../option/given.ts";
import { listNames, quote } from "../option/wording.ts";

/** The settings of an engine: of redis, whose flags depend on one another, or else as it declares them. */
function settingsOf(engine: EngineName, raw: RawArguments): EngineSettings {
  if (engine === "redis") return redisSettings(raw);
  const { syncNames, defaults, flags } = ENGINES[engine];
  const own = Object.keys(flags).map((key) => [key, OWN_FLAGS[key]] as const);
  return {
    ...(syncNames === undefined ? {} : { sync: syncOf(engine, syncNames, read(raw, FLAGS.sync)) }),
    ...defaults,
    ...given(Object.fromEntries(own.map(([key, flag]) => [key, flag && read(raw, flag)]))) as EngineSettings,
  };
}

/** @throws {UsageError} when a value is not allowed or flags contradict each other */
export function engineBackend(engine: EngineName, raw: RawArguments): EngineBackendOptions {
  return {
    kind: "engine",
    engine,
    settings: settingsOf(engine, raw),
    ...given({ output: read(raw, FLAGS.output) }),
    inFlight: read(raw, FLAGS.inFlight),
  };
}

/** @throws {UsageError} when the engine does not have this level */
function syncOf(engine: EngineName, names: readonly string[], sync: SyncName): string {
  if (names.includes(sync)) return sync;
  throw new UsageError(`--sync must be ${listNames(names)} with ${engine}, got ${quote(sync)}`);
}
