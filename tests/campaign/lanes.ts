/**
 * The lanes: work that waits more than it computes, a few pieces at a time.
 *
 * @module
 */

/** How many pieces at a time suit most machines: those that wait for a child process leave the processor to another. */
export const LANES = 2;

/**
 * Does the work on each item, on a few of them at a time. Rejects with the first failure, once all lanes have ended.
 */
export async function inLanes<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
  lanes = LANES,
): Promise<void> {
  const rest = items.entries();
  let failed = false;
  const lane = async () => {
    for (const [index, item] of rest) {
      if (failed) return;
      try {
        await work(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
