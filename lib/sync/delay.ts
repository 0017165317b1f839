/**
 * Delays and polling.
 *
 * @module
 */

/** What was waited for has not come about, because the run was told to stop first. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";

  /** @param what was waited for */
  constructor(what: string) {
    super(`Stopped while waiting for ${what}`);
  }
}

/** Resolves after the given time, or as soon as it is told to stop. */
export function delay(ms: number, stop?: AbortSignal): Promise<void> {
  if (stop?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop?.addEventListener("abort", end);
  });
}

/** How {@linkcode until} polls. */
export interface Polling {
  /** What is waited for, as the error puts it. */
  readonly what: string;
  readonly timeoutMs: number;
  /** Ends the wait as soon as it is aborted. */
  readonly stop?: AbortSignal | undefined;
}

const POLL_MS = 20;

/**
 * Polls until the condition holds.
 *
 * @throws {Error} when that takes too long
 * @throws {StoppedError} when told to stop first
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { what, timeoutMs, stop }: Polling,
): Promise<void> {
  const startedAtMs = performance.now();
  while (!await condition()) {
    if (stop?.aborted) throw new StoppedError(what);
    if (performance.now() - startedAtMs > timeoutMs) {
      throw new Error(`timed out after ${timeoutMs / 1000} s, waiting for ${what}`);
    }
    await delay(POLL_MS);
  }
}

/** What was asked has not answered in time. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** @throws {NoAnswerError} when the promise has not settled in time */
export async function withinTime<T>(promise: Promise<T>, timeMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(`no answer within ${timeMs} ms`)), timeMs);
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
