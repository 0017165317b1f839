/**
 * Cleaning up after work that may have failed: an error of the clean-up never replaces that of the work, which is the
 * cause.
 *
 * @module
 */

/** Cleans up after a failure, as far as that is possible: whoever calls it has a cause to report. */
export async function afterFailure(cleanUp: () => void | Promise<void>): Promise<void> {
  try {
    await cleanUp();
  } catch {
    // The failure before it is the one to report.
  }
}

/** Like {@linkcode afterFailure}, where nothing can be awaited. */
export function afterFailureSync(cleanUp: () => void): void {
  try {
    cleanUp();
  } catch {
    // The failure before it is the one to report.
  }
}

/**
 * Does the work and then cleans up, whether the work has failed or not.
 *
 * @throws the work's error, or else the clean-up's
 */
export async function thenCleanUp<T>(work: () => T | Promise<T>, cleanUp: () => void | Promise<void>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await afterFailure(cleanUp);
    throw error;
  }
  await cleanUp();
  return result;
}
