/**
 * Turns of the event loop.
 *
 * @module
 */

/** What calls back once the event loop has handled what came in meanwhile. */
type SetImmediate = typeof import("node:timers").setImmediate;

let loaded: SetImmediate | undefined;

/** Loads it when it is first needed: it would cost each load worker a fifth of its start. */
export function loadSetImmediate(): SetImmediate {
  return loaded ??= globalThis.process.getBuiltinModule("node:timers").setImmediate;
}

/** Resolves once the event loop has handled what came in meanwhile. */
export function turn(): Promise<void> {
  const setImmediate = loadSetImmediate();
  return new Promise((resolve) => void setImmediate(resolve));
}
