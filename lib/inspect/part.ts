/**
 * The parts of a directory: each of the files that its store has, which is one shard's snapshots, one block file or one log.
 *
 * @module
 */
import type { ExportEntry } from "./export_format.ts";

/**
 * What becomes of a file when a run opens its directory:
 *
 * - `sound`: it is loaded;
 * - `torn`: it is loaded but for what was never written completely: a log's end, which is cut off, or a block's image, whose
 *   other one is used;
 * - `superseded`: it is sound, but another file holds all that it does, and more;
 * - `damaged`: it is not as it was written, or cannot be used because another one is not, and is set aside;
 * - `temporary`: it was being made when its run ended, and is removed.
 */
export type FileHealth = "sound" | "torn" | "superseded" | "damaged" | "temporary";

/** One file. */
export interface InspectedFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly health: FileHealth;
  /** The puts that its shard, or shards, had acknowledged; of a snapshot that is not damaged, or of blocks. */
  readonly version?: number;
  /** Number of entries; of a snapshot, blocks, or a log's checkpoint, that are read. */
  readonly entries?: number;
  /** Number of records; of a log's segment that is read. */
  readonly records?: number;
  /** Number of blocks that hold entries; of a block file. */
  readonly blocks?: number;
  /** What is wrong with it; of a damaged or torn file. */
  readonly reason?: string;
}

/** What a part holds, as a run would load it. */
export interface PartContent {
  /** The puts that it is the result of. */
  readonly version: number;
  /** Number of entries. */
  readonly count: number;
  /**
   * All entries, some at a time.
   *
   * @throws {PersistError} when a file is not what it seemed to be
   */
  entries(): Iterable<readonly ExportEntry[]>;
}

/** What the files of a part are. */
export interface Part {
  /** Of the shard, the block file or the log. */
  readonly index: number;
  /** Sorted by name; none when the part is missing. */
  readonly files: readonly InspectedFile[];
  /** The puts that what is sound is the result of, and its entries; 0 without any. */
  readonly version: number;
  readonly entries: number;
  /** Whether it has files, and these do not hold all that was written to it. */
  readonly isUnreadable: boolean;
  /**
   * Reads it again; absent where there is nothing to read.
   *
   * @throws {PersistError} when a file has become damaged, or is gone
   */
  read?(): PartContent;
}

/** Entries in one piece. */
const PIECE_ENTRIES = 1024;

/** Entries in pieces. */
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

/** The file's size; 0 when it is gone, which a directory forced open cannot exclude. */
export function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
