/**
 * Marks: steps at plain reads and writes, where others may go on although no atomic operation is there.
 *
 * @module
 */

/** A step, in a scheduled worker. */
export function mark(): void {
  (globalThis as { kvlabMark?: () => void }).kvlabMark?.();
}
