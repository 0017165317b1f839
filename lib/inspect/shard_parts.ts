/**
 * Reads the shards of a directory of snapshots, judging each file as loading would.
 *
 * @module
 */
import { CODECS } from "../codec/codecs.ts";
import { CorruptSnapshotError } from "../codec/corrupt_snapshot_error.ts";
import type { SnapshotReader } from "../codec/snapshot_reader.ts";
import type { FoundShardFile } from "../persist/directory.ts";
import { judgeShard, readSnapshot } from "../persist/loader.ts";
import { PersistError } from "../persist/persist_error.ts";
import { parseShardFileName } from "../persist/shard_file.ts";
import type { StoreKind } from "../persist/store_files.ts";
import type { ExportEntry } from "./export_format.ts";
import { inPieces, type InspectedFile, type Part, type PartContent, sizeOf } from "./part.ts";
import type { StoredDirectory } from "./stored_directory.ts";

/** A shard file of any kind. */
interface StoredFile extends FoundShardFile {
  readonly name: string;
  /** Whether it is the temporary file of a replacement. */
  readonly temporary: boolean;
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
  const { serializer, files: shards } = kind;
  const judged = judgeShard(found.filter(({ temporary }) => !temporary), { codec: CODECS[serializer], shards });
  const files = found.map((file): InspectedFile => {
    const common = { name: file.name, path: file.path, bytes: sizeOf(file.path) };
    const one = judged.find((one) => one.file === file);
    if (one === undefined) return { ...common, health: "temporary" };
    if ("reason" in one) return { ...common, health: one.health, reason: one.reason };
    const { health, content: { version, entries } } = one;
    return { ...common, health, version, entries };
  });
  const newest = judged.find(({ health }) => health === "sound");
  if (newest?.health !== "sound") return { index, files, version: 0, entries: 0, isUnreadable: judged.length > 0 };
  const { file, content: { version, entries } } = newest;
  return { index, files, version, entries, isUnreadable: false, read: () => readContent(file, kind) };
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
