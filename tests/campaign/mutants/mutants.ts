/**
 * The mutants' names: what is wrong with each.
 *
 * @module
 */

/** File workers. */
export const FILE_MUTANTS = [
  /** Records a snapshot as written, which resets the gauge, and then writes it. */
  "records before writing",
  /** Gives a snapshot's place in the queue back, and then writes it out of there. */
  "releases before writing",
  /** Records every snapshot as written, and writes every second one. */
  "records what it drops",
  /** Writes a snapshot, and records the version that the shard has by then. */
  "records later puts",
  /** Overwrites the one file in place, where renaming was promised. */
  "overwrites in place",
  /** Renames the temporary file over the old one, and then writes its content. */
  "renames before writing",
  /** Overwrites the newer one of a shard's two files. */
  "overwrites the newer side",
] as const;

/** Load workers. */
export const LOAD_MUTANTS = [
  /** Acknowledges a put, then has the backend put it: apply, and queue or write. */
  "acknowledges before putting",
] as const;

/** The name of a mutant. */
export type FileMutant = typeof FILE_MUTANTS[number];
export type LoadMutant = typeof LOAD_MUTANTS[number];

/** Whether a text is one of the names. */
export function isMutant<T extends string>(names: readonly T[], text: string): text is T {
  return (names as readonly string[]).includes(text);
}
