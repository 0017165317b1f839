/**
 * All entries of a directory of shard files as one document. Strictly read only.
 *
 * @module
 */
import { CODECS } from "../codec/codecs.ts";
import { CorruptSnapshotError } from "../codec/corrupt_snapshot_error.ts";
import type { SnapshotReader } from "../codec/snapshot_reader.ts";
import { readSnapshot } from "../persist/loader.ts";
import { PersistError } from "../persist/persist_error.ts";
import { EXPORT_ENCODERS, type ExportEntry, type ExportFormat } from "./export_format.ts";
import { readShard } from "./shard_reading.ts";
import { type ReadingOptions, StoredDirectory, type StoredFile } from "./stored_directory.ts";

/** How a directory is exported. */
export interface ExportOptions extends ReadingOptions {
  readonly format: ExportFormat;
  /** Called for each damaged file that another one of its shard makes up for. */
  onWarning?(message: string): void;
}

/** The file to export of a shard. */
interface ChosenFile {
  readonly file: StoredFile;
  readonly version: number;
  /** Its bytes when it was chosen, where a running kvlab may have replaced it since. */
  readonly reader?: SnapshotReader;
}

/** Entries in one piece of the document. */
const PIECE_ENTRIES = 1024;

/** How many shards a message names. */
const NAMED_SHARDS = 3;

/**
 * Exports the newest sound file of each shard, piece by piece. Every file is read twice, first to count the entries, so
 * that only one file at a time is in memory; of a directory forced open, which may change in between, all are kept.
 *
 * The directory stays open until the last piece is taken or the generator is returned.
 *
 * @throws {PersistError} before the first piece when the directory cannot be read or a shard has files, but no sound
 * one; later when a file has changed since
 */
export function* exportDirectory(path: string, options: ExportOptions): Generator<Uint8Array> {
  using directory = StoredDirectory.open(path, options);
  const { chosen, count } = chooseFiles(directory, options);
  const encoder = EXPORT_ENCODERS[options.format];
  const head = { shards: directory.shards, count };
  yield encoder.head(head);
  let first = true;
  for (const choice of chosen) {
    for (const entries of inPieces(readerOf(directory, choice), choice.file)) {
      yield encoder.entries(entries, first);
      first = false;
    }
  }
  yield encoder.tail(head);
}

function chooseFiles(directory: StoredDirectory, options: ExportOptions): { chosen: ChosenFile[]; count: number } {
  const chosen: ChosenFile[] = [];
  const unreadable: string[] = [];
  let count = 0;
  for (let shard = 0; shard < directory.shards; shard++) {
    const { files, newest } = readShard(directory, shard);
    const damaged = files.filter(({ health }) => health === "damaged").map(({ name, reason }) => `${name}: ${reason}`);
    if (newest === undefined) {
      if (damaged.length > 0) unreadable.push(`shard ${shard} (${damaged.join("; ")})`);
      continue;
    }
    for (const file of damaged) options.onWarning?.(`damaged, another file of its shard is exported: ${file}`);
    const { file } = newest;
    const reader = options.forceRead ? readAgain(directory, file) : undefined;
    const { version, count: entries } = reader?.head ?? newest.head;
    count += entries;
    chosen.push({ file, version, ...(reader === undefined ? {} : { reader }) });
  }
  if (unreadable.length > 0) {
    const others = unreadable.length - NAMED_SHARDS;
    const named = unreadable.slice(0, NAMED_SHARDS).join(", ") + (others > 0 ? ` and ${others} others` : "");
    throw new PersistError("export", directory.path, `no sound file of ${named}; move them away to export the rest`);
  }
  return { chosen, count };
}

function readerOf(directory: StoredDirectory, { file, version, reader }: ChosenFile): SnapshotReader {
  if (reader !== undefined) return reader;
  const again = readAgain(directory, file);
  if (again.head.version !== version) {
    throw new PersistError("export", file.path, "it has changed while it was being read");
  }
  return again;
}

function readAgain({ serializer, shards }: StoredDirectory, file: StoredFile): SnapshotReader {
  try {
    return readSnapshot(file, { codec: CODECS[serializer], shards });
  } catch (error) {
    throw new PersistError("export", file.path, error);
  }
}

function* inPieces(reader: SnapshotReader, file: StoredFile): Generator<readonly ExportEntry[]> {
  let piece: ExportEntry[] = [];
  try {
    while (reader.next()) {
      piece.push([reader.key.toString(), reader.value.toString()]);
      if (piece.length < PIECE_ENTRIES) continue;
      yield piece;
      piece = [];
    }
  } catch (error) {
    throw error instanceof CorruptSnapshotError ? new PersistError("export", file.path, error) : error;
  }
  if (piece.length > 0) yield piece;
}
