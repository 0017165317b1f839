/**
 * The parts of a store directory: each is one shard's snapshots, one block file or one log.
 *
 * @module
 */
import { CorruptSnapshotError } from "../../codec/snapshot_reader.ts";
import { isUtf8 } from "../../codec/utf8.ts";
import type { EntryTable } from "../../store/entry_table.ts";
import type { PaddedBytes } from "../../store/padded_bytes.ts";

/** An entry's key and value. */
export type ExportEntry = readonly [string, string];

/**
 * What happens to a file when a run opens its directory:
 *
 * - `sound`: it is loaded;
 * - `torn`: what was never written completely is not loaded: a log's end, which is cut off, one image of a block, whose
 *   other image is used, or one of the two files of a shard that alternate, of which the other is used;
 * - `superseded`: it is sound, but another file holds everything that it does, and more;
 * - `damaged`: it is not as it was written, or cannot be used because another file cannot; it is set aside;
 * - `temporary`: it was being made when its run ended; it is removed.
 */
export type FileHealth = "sound" | "torn" | "superseded" | "damaged" | "temporary";

/** One file. */
export interface InspectedFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly health: FileHealth;
  /** The puts that its shards had acknowledged; for a snapshot that is not damaged, and for blocks. */
  readonly version?: number;
  /** Number of entries; for a snapshot, blocks, or the checkpoint of a log, if read. */
  readonly entries?: number;
  /** Number of records; for a segment of a log, if read. */
  readonly records?: number;
  /** How many of its records are of deletes; likewise. */
  readonly deletes?: number;
  /** Number of blocks that hold entries; for a block file. */
  readonly blocks?: number;
  /** What is wrong with it; for a damaged or torn file. */
  readonly reason?: string;
}

/** What a run would load of a part. */
export interface PartContent {
  /** The number of puts and deletes behind the entries. */
  readonly version: number;
  /** Number of entries. */
  readonly count: number;
  /**
   * All entries, in batches.
   *
   * @throws {CorruptSnapshotError} when a file is not what it seemed to be, or an entry is no text
   */
  entries(): Iterable<readonly ExportEntry[]>;
}

/** A part's files, and what they amount to. */
export interface Part {
  /** Of the shard, the block file or the log. */
  readonly index: number;
  /** Sorted by name; empty if the part is missing. */
  readonly files: readonly InspectedFile[];
  /** The number of puts and deletes behind what is sound, and its entries; 0 if nothing is. */
  readonly version: number;
  readonly entries: number;
  /** Whether it has files that do not hold everything that was written to it. */
  readonly isUnreadable: boolean;
  /** What is gone from it, as a clause; absent if nothing is, as far as is known. */
  readonly gone?: string;
  /**
   * Reads it again; absent if there is nothing to read.
   *
   * @throws {PersistError} when a file has become damaged, or is gone
   */
  read?(): PartContent;
}

/** What tables hold together. */
export function contentOf(tables: readonly EntryTable[]): PartContent {
  return {
    version: tables.reduce((sum, { version }) => sum + version, 0),
    count: tables.reduce((sum, { count }) => sum + count, 0),
    *entries() {
      for (const table of tables) yield* inPieces(entriesOf(table));
    },
  };
}

function entriesOf(table: EntryTable): ExportEntry[] {
  const entries: ExportEntry[] = [];
  table.forEach((key, value) => entries.push(entryOf(key, value)));
  return entries;
}

/**
 * An entry as text.
 *
 * @throws {CorruptSnapshotError} when it is none, as raw files may hold
 */
export function entryOf(key: PaddedBytes, value: PaddedBytes): ExportEntry {
  if (isUtf8(key) && isUtf8(value)) return [key.toString(), value.toString()];
  throw new CorruptSnapshotError(`its key ${JSON.stringify(key.toString())}, or the value, is not UTF-8`);
}

/** Entries per batch. */
const PIECE_ENTRIES = 1024;

/** Splits the entries into batches. */
export function* inPieces(entries: Iterable<ExportEntry>): Generator<readonly ExportEntry[]> {
  let piece: ExportEntry[] = [];
  for (const entry of entries) {
    piece.push(entry);
    if (piece.length < PIECE_ENTRIES) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** The file's size; 0 if it is gone, which can happen in a directory that was forced open. */
export function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
