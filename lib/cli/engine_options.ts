/**
 * Turns an engine's flags into its settings.
 *
 * @module
 */
import type { EngineBackendOptions } from "../backend/backend.ts";
import type { EngineSettings } from "../engine/engine.ts";
import type { EngineName } from "../engine/engines.ts";
import type { SqliteSettings } from "../engine/sqlite/settings.ts";
import type { RawArguments } from "./arguments.ts";
import { read } from "./flag_values.ts";
import { FLAGS } from "./flags.ts";

/** Reads each engine's settings off the flags that it takes. */
const SETTINGS: Readonly<Record<EngineName, (raw: RawArguments) => EngineSettings>> = {
  sqlite: (raw): SqliteSettings => ({
    journal: read(raw, FLAGS.journal),
    synchronous: read(raw, FLAGS.synchronous),
    busyTimeoutMs: read(raw, FLAGS.busyTimeout),
    ...given("cacheSizeBytes", read(raw, FLAGS.cacheSize)),
  }),
};

/** @throws {UsageError} when a value is not allowed, or flags contradict each other */
export function engineBackend(engine: EngineName, raw: RawArguments): EngineBackendOptions {
  return {
    kind: "engine",
    engine,
    settings: SETTINGS[engine](raw),
    ...given("output", read(raw, FLAGS.output)),
    inFlight: 1,
  };
}

/** The setting under its name, or none where nobody has given it. */
function given<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: T };
}
