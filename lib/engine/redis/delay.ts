/**
 * Delays and polling.
 *
 * @module
 */

/** Resolves after the given time. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Polls until the condition holds.
 *
 * @param what is waited for, as the error puts it
 * @throws {Error} when that takes too long
 */
export async function until(condition: () => Promise<boolean>, what: string, timeoutMs: number): Promise<void> {
  const startedAtMs = performance.now();
  while (!await condition()) {
    if (performance.now() - startedAtMs > timeoutMs) {
      throw new Error(`timed out after ${timeoutMs / 1000} s, waiting for ${what}`);
    }
    await delay(20);
  }
}
