/**
 * A lifeline: how the main thread learns that a worker has ended. Deno fires no event for a worker that closes itself,
 * but it releases the Web Locks that the worker held.
 *
 * @module
 */

/** The part of the Web Locks API that is used here; Deno's own types leave it out. */
interface LockManager {
  request(name: string, callback: () => unknown): Promise<unknown>;
  request(name: string, options: { signal: AbortSignal }, callback: () => unknown): Promise<unknown>;
}

const { locks } = navigator as { locks?: LockManager };

/**
 * Takes a new lifeline and holds it for as long as the calling thread lives, blocked or not.
 *
 * @returns its name, for {@linkcode lifelineCut}; `undefined` if the runtime has no Web Locks
 */
export async function holdLifeline(): Promise<string | undefined> {
  if (locks === undefined) return undefined;
  const name = `kvlab-${crypto.randomUUID()}`;
  await new Promise<void>((held) => {
    // Released only when the thread ends.
    void locks.request(name, () => new Promise<never>(() => held()));
  });
  return name;
}

/** Resolves when the thread that holds the lifeline has ended or `signal` is aborted. */
export async function lifelineCut(name: string, signal: AbortSignal): Promise<void> {
  try {
    await locks?.request(name, { signal }, () => {});
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
