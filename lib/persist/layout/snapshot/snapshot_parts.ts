/**
 * Reads the shards of a directory of snapshots, judging each file as loading would.
 *
 * @module
 */
import { CODECS } from "../../../codec/codecs.ts";
import type { SnapshotReader } from "../../../codec/snapshot_reader.ts";
import { PersistError } from "../../../system/persist_error.ts";
import { type FoundShardFile, shardFilesIn } from "./shard_file_name.ts";
import type { ReadDirectory, StoreKind } from "../layout_module.ts";
import {
  entryOf,
  type ExportEntry,
  inPieces,
  type InspectedFile,
  type Part,
  type PartContent,
  sizeOf,
} from "../part.ts";
import { judgeShard, readSnapshot } from "./loader.ts";

/** A shard file of any kind. */
type StoredFile = ReturnType<typeof shardFilesIn>[number];

/** Reads the shards one by one, so that only one file is in memory at a time. */
export function* snapshotParts({ path, names, kind }: ReadDirectory): Generator<Part> {
  const filesByShard = Map.groupBy(shardFilesIn(path, names), ({ shard }) => shard);
  for (let shard = 0; shard < kind.files; shard++) yield readPart(shard, filesByShard.get(shard) ?? [], kind);
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

function readContent(file: FoundShardFile, { serializer, files: shards }: StoreKind): PartContent {
  try {
    const reader = readSnapshot(file, { codec: CODECS[serializer], shards });
    const { version, count } = reader.head;
    return { version, count, entries: () => inPieces(entriesOf(reader)) };
  } catch (error) {
    throw new PersistError("export", file.path, error);
  }
}

function* entriesOf(reader: SnapshotReader): Generator<ExportEntry> {
  while (reader.next()) yield entryOf(reader.key, reader.value);
}
