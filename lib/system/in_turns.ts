/**
 * Splits long work on the main thread into slices, so that other things there, such as signals, get their turn.
 *
 * @module
 */

/** Length of a slice. */
const TURN_MS = 50;

/** Yields the items, letting the event loop run now and then. */
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
