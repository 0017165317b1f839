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

/** File workers that are right but for one method. */
export const PATCHED_FILE_MUTANTS = [
  /** Writes the next records over those that begin a segment. */
  "loses a record between two segments",
  /** Leaves the last entry of each shard out of a checkpoint. */
  "drops a checkpoint's tail",
  /** Does away with the segments that a checkpoint takes the place of while that is still being written. */
  "removes segments before their checkpoint is there",
  /** Overwrites the newer one of a block's two places. */
  "overwrites the newer place of a block",
] as const;

/** Load workers that are right but for one method. */
export const PATCHED_LOAD_MUTANTS = [
  /** Acknowledges a put that is to be committed, and writes it with the next one. */
  "acknowledges before the write",
  /** Leaves a moved key's old entry out of its block before the block of the new one is written. */
  "leaves a moved key in neither block",
] as const;

/** Load workers that are right but for what a sync promises. */
export const PATCHED_POWER_MUTANTS = [
  /** Acknowledges a put that is to be committed once it is written, and syncs it before it writes the next. */
  "acknowledges before the sync",
  /** Syncs a file's data before the rename, and not the directory after it. */
  "syncs no directory",
  /** Renames a file over another, and then syncs its data. */
  "renames before the sync",
  /** Overwrites the newer one of a block's two places, which is the only one that has what was acknowledged last. */
  "overwrites the only copy of a block",
] as const;

/** File workers that are right but for what a sync promises. */
export const PATCHED_POWER_FILE_MUTANTS = [
  /** Neither syncs a checkpoint nor the directory before it does away with the segments that it takes the place of. */
  "removes segments before their checkpoint is durable",
] as const;

/** Load workers that are right but for deletes. */
export const PATCHED_DELETE_MUTANTS = [
  /** Deletes in memory, but not in its log. */
  "writes no record of a delete",
  /** A snapshot that is made right after a delete still has the key; likewise a block. */
  "keeps a deleted key in its snapshot",
  "keeps a deleted key in a block",
  /** After a delete, puts the shard's snapshot from before it into the queue. */
  "queues what was there before a delete",
  /** Acknowledges a delete that is to be committed, and writes it with what comes next. */
  "acknowledges a delete before it is written",
] as const;

/** Load workers that are patched, and file workers. */
export const PATCHED_LOAD_WORKERS = [
  ...PATCHED_LOAD_MUTANTS,
  ...PATCHED_DELETE_MUTANTS,
  ...PATCHED_POWER_MUTANTS,
] as const;
export const PATCHED_FILE_WORKERS = [...PATCHED_FILE_MUTANTS, ...PATCHED_POWER_FILE_MUTANTS] as const;

/** The name of a mutant. */
export type FileMutant = typeof FILE_MUTANTS[number];
export type LoadMutant = typeof LOAD_MUTANTS[number];
export type Mutant =
  | FileMutant
  | LoadMutant
  | typeof PATCHED_DELETE_MUTANTS[number]
  | typeof PATCHED_FILE_MUTANTS[number]
  | typeof PATCHED_LOAD_MUTANTS[number];
export type PowerMutant = typeof PATCHED_POWER_MUTANTS[number] | typeof PATCHED_POWER_FILE_MUTANTS[number];

/** Whether a text is one of the names. */
export function isMutant<T extends string>(names: readonly T[], text: string): text is T {
  return (names as readonly string[]).includes(text);
}
