/**
 * One shard's files, each judged as loading would judge it.
 *
 * @module
 */
import type { SnapshotHead } from "../codec/snapshot_reader.ts";
import { CODECS } from "../codec/codecs.ts";
import { CorruptSnapshotError } from "../codec/corrupt_snapshot_error.ts";
import { checkShard, readSnapshot } from "../persist/loader.ts";
import type { StoredDirectory, StoredFile } from "./stored_directory.ts";

/**
 * What becomes of a file when a run opens its directory:
 *
 * - `sound`: it is the shard's newest sound file, and is loaded;
 * - `superseded`: it is sound, but another file of its shard is newer;
 * - `damaged`: it cannot be read as a snapshot of its shard, and is set aside;
 * - `temporary`: a broken replacement left it, and it is removed.
 */
export type FileHealth = "sound" | "superseded" | "damaged" | "temporary";

/** One file. */
export interface InspectedFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly health: FileHealth;
  /** The puts that its shard had acknowledged; of a sound or superseded file. */
  readonly version?: number;
  /** Number of entries; of a sound or superseded file. */
  readonly entries?: number;
  /** What is wrong with it; of a damaged file. */
  readonly reason?: string;
}

/** What the files of a shard hold. */
export interface ShardReading {
  /** Sorted by name. */
  readonly files: readonly InspectedFile[];
  /** The sound file, and what it holds; absent when the shard has none. */
  readonly newest?: { readonly file: StoredFile; readonly head: SnapshotHead };
}

/** A sound file, before it is known whether another one is newer. */
interface SoundFile {
  readonly file: StoredFile;
  readonly head: SnapshotHead;
}

/** Reads all files of a shard. */
export function readShard(directory: StoredDirectory, shard: number): ShardReading {
  const files: (InspectedFile & { health: FileHealth })[] = [];
  let newest: SoundFile & { report: { health: FileHealth } } | undefined;
  for (const file of directory.files.get(shard) ?? []) {
    const common = { name: file.name, path: file.path, bytes: sizeOf(file.path) };
    if (file.temporary) {
      files.push({ ...common, health: "temporary" });
      continue;
    }
    try {
      const head = readSound(directory, file);
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
  return { files, ...(newest === undefined ? {} : { newest: { file: newest.file, head: newest.head } }) };
}

/** Reads a file to its end. @throws {CorruptSnapshotError} when a run would set it aside */
function readSound({ serializer, shards }: StoredDirectory, file: StoredFile): SnapshotHead {
  const reader = readSnapshot(file, { codec: CODECS[serializer], shards });
  while (reader.next()) checkShard(reader.key, file.shard, shards);
  return reader.head;
}

/** The file's size; 0 when it is gone, which a directory forced open cannot exclude. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
