/**
 * Reads the shards of a directory of snapshots, judging each file as loading would.
 *
 * @module
 */
import { CODECS } from "../codec/codecs.ts";
import { CorruptSnapshotError } from "../codec/corrupt_snapshot_error.ts";
import type { SnapshotHead, SnapshotReader } from "../codec/snapshot_reader.ts";
import type { FoundShardFile } from "../persist/directory.ts";
import { checkShard, readSnapshot } from "../persist/loader.ts";
import { PersistError } from "../persist/persist_error.ts";
import { parseShardFileName } from "../persist/shard_file.ts";
import type { StoreKind } from "../persist/store_files.ts";
import type { ExportEntry } from "./export_format.ts";
import { type FileHealth, inPieces, type InspectedFile, type Part, type PartContent, sizeOf } from "./part.ts";
import type { StoredDirectory } from "./stored_directory.ts";

/** A shard file of any kind. */
interface StoredFile extends FoundShardFile {
  readonly name: string;
  /** Whether it is the temporary file of a replacement. */
  readonly temporary: boolean;
}

/** A sound file, which another one may yet supersede. */
interface SoundFile {
  readonly file: StoredFile;
  readonly head: SnapshotHead;
  readonly report: { health: FileHealth };
}

/** Reads the shards one by one, so that only one file is in memory at a time. */
export function* shardParts({ path, names, kind }: StoredDirectory): Generator<Part> {
  const filesByShard = Map.groupBy(storedFiles(path, names), ({ shard }) => shard);
  for (let shard = 0; shard < kind.files; shard++) yield readPart(shard, filesByShard.get(shard) ?? [], kind);
}

function storedFiles(directory: string, names: readonly string[]): StoredFile[] {
  return names.flatMap((name) => {
    const parsed = parseShardFileName(name);
    if (parsed === undefined) return [];
    const { shard, side, temporary } = parsed;
    return [{ name, path: `${directory}/${name}`, shard, temporary, ...(side === undefined ? {} : { side }) }];
  });
}

function readPart(index: number, found: readonly StoredFile[], kind: StoreKind): Part {
  const files: (InspectedFile & { health: FileHealth })[] = [];
  let newest: SoundFile | undefined;
  for (const file of found) {
    const common = { name: file.name, path: file.path, bytes: sizeOf(file.path) };
    if (file.temporary) {
      files.push({ ...common, health: "temporary" });
      continue;
    }
    try {
      const head = readSound(file, kind);
      const { version, count: entries } = head;
      const isNewest = newest === undefined || version > newest.head.version;
      const health: FileHealth = isNewest ? "sound" : "superseded";
      const report = { ...common, health, version, entries };
      files.push(report);
      if (!isNewest) continue;
      if (newest !== undefined) newest.report.health = "superseded";
      newest = { file, head, report };
    } catch (error) {
      if (!(error instanceof CorruptSnapshotError)) throw error;
      files.push({ ...common, health: "damaged", reason: error.message });
    }
  }
  const isUnreadable = newest === undefined && files.some(({ health }) => health === "damaged");
  if (newest === undefined) return { index, files, version: 0, entries: 0, isUnreadable };
  const { file, head: { version, count: entries } } = newest;
  return { index, files, version, entries, isUnreadable, read: () => readContent(file, kind) };
}

/**
 * Reads a file to its end.
 *
 * @throws {CorruptSnapshotError} when a run would set it aside
 */
function readSound(file: StoredFile, { serializer, files: shards }: StoreKind): SnapshotHead {
  const reader = readSnapshot(file, { codec: CODECS[serializer], shards });
  while (reader.next()) checkShard(reader.key, file.shard, shards);
  return reader.head;
}

function readContent(file: StoredFile, { serializer, files: shards }: StoreKind): PartContent {
  try {
    const reader = readSnapshot(file, { codec: CODECS[serializer], shards });
    const { version, count } = reader.head;
    return { version, count, entries: () => inPieces(entriesOf(reader, file)) };
  } catch (error) {
    throw new PersistError("export", file.path, error);
  }
}

function* entriesOf(reader: SnapshotReader, { path }: StoredFile): Generator<ExportEntry> {
  try {
    while (reader.next()) yield [reader.key.toString(), reader.value.toString()];
  } catch (error) {
    throw error instanceof CorruptSnapshotError ? new PersistError("export", path, error) : error;
  }
}
