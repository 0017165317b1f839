/**
 * Long work on the main thread, cut into turns, so that other things there, such as signals, have theirs.
 *
 * @module
 */

/** How long a turn is. */
const TURN_MS = 50;

/** Yields the items, and every now and then lets the event loop run. */
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
