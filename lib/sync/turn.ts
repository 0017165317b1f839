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

/** Length of a slice. */
const TURN_MS = 50;

/** Yields the items, letting the event loop run now and then, so that signals, for example, get their turn. */
export async function* inTurns<T>(items: readonly T[]): AsyncGenerator<T> {
  let turnEndsAt = performance.now() + TURN_MS;
  for (const item of items) {
    if (performance.now() >= turnEndsAt) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turnEndsAt = performance.now() + TURN_MS;
    }
    yield item;
  }
}
