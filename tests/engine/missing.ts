/**
 * What the machine lacks for an engine, and tests that are left out where it does.
 *
 * @module
 */
import { ENGINE_NAMES, type EngineName, ENGINES } from "../../lib/engine/engines.ts";

/** What is lacking for the engine that a backend's arguments begin with; `undefined` if nothing, or if it is none. */
export function missingFor(backend = ""): string | undefined {
  const engine = ENGINE_NAMES.find((name) => name === backend.split(" ")[0]);
  return engine && ENGINES[engine].missing?.();
}

/** Makes tests that need an engine, each of which says so where it is left out. */
export function testsOf(engine: EngineName): (name: string, fn: (context: Deno.TestContext) => Promise<void>) => void {
  const missing = missingFor(engine);
  if (missing === undefined) return (name, fn) => Deno.test(name, fn);
  Deno.stderr.writeSync(new TextEncoder().encode(`\n*** Tests of ${engine} are left out: ${missing}\n\n`));
  return (name, fn) => Deno.test({ name: `${name} (left out: ${missing})`, ignore: true, fn });
}
