/**
 * Marks: steps at plain reads and writes, where others may go on although no atomic operation is there.
 *
 * @module
 */

/** What a scheduled worker's environment provides. */
interface Marking {
  kvlabMark?: () => void;
  kvlabUnscheduled?: (work: () => void) => void;
}

const { kvlabMark, kvlabUnscheduled } = globalThis as Marking;

/** A step, in a scheduled worker. */
export function mark(): void {
  kvlabMark?.();
}

/** Does something in one step, whatever operations it takes. */
export function unscheduled(work: () => void): void {
  if (kvlabUnscheduled === undefined) work();
  else kvlabUnscheduled(work);
}
