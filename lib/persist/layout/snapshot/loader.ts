/**
 * Loads a directory's snapshots back into a store.
 *
 * @module
 */
import type { Codec } from "../../../codec/codec.ts";
import { CorruptSnapshotError, type SnapshotReader } from "../../../codec/snapshot_reader.ts";
import { hashKey, shardOf } from "../../../store/hash.ts";
import type { PaddedBytes } from "../../../store/padded_bytes.ts";
import { entryWords } from "../../../store/shard.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import {
  checkRegular,
  lengthOf,
  lookAt,
  openExistingFile,
  overwrite,
  syncDirectory,
  syncFile,
} from "../../../system/file_io.ts";
import { inTurns } from "../../../sync/turn.ts";
import type { HeldDirectory, SetAsideFile, TornFile } from "../layout_module.ts";
import type { Ledger } from "../../ledger.ts";
import { PersistError, reasonOf } from "../../../system/persist_error.ts";
import { type FoundShardFile, otherSide, shardFilesIn } from "./shard_file_name.ts";

/** What {@linkcode surveyDirectory} found. */
export interface DirectorySurvey {
  /** The file to load for each shard that has a sound one. */
  readonly files: readonly FoundShardFile[];
  /** Entries in all these files. */
  readonly entries: number;
  /** The most entries that any shard has, and the most words of the arena that any shard's take. */
  readonly entriesPerShardMax: number;
  readonly arenaWordsPerShardMax: number;
  readonly setAside: readonly SetAsideFile[];
  readonly torn: readonly TornFile[];
}

/** What one sound file holds. */
interface FileContent {
  readonly version: number;
  readonly entries: number;
  readonly arenaWords: number;
}

/**
 * A shard's file, read, and what happens to it when a run opens its directory:
 *
 * - `sound`: it is loaded;
 * - `superseded`: it is sound, but another file of the shard is newer;
 * - `torn`: it is one of two files that alternate, and the other one is sound: whatever wrote it last was cut short, as
 *   the alternate strategy expects. It is written again;
 * - `damaged`: it is not as it was written; it is set aside.
 */
export type JudgedShardFile<File extends FoundShardFile> =
  & { readonly file: File }
  & (
    | { readonly health: "sound" | "superseded"; readonly content: FileContent }
    | { readonly health: "torn" | "damaged"; readonly reason: string }
  );

/** The errors of reading a directory, a dangling link, and a circle of links. */
const FILE_ERRORS = ["EISDIR", "ENOENT", "ELOOP"];

/**
 * Reads every file once, to learn which of a shard's files is the newest and how large the store must be. Damaged files
 * are set aside, but never because the process has run out of descriptors or memory; torn ones are overwritten with
 * their shard's newest snapshot, as the next write of the shard would do. Reading each file twice, here and in
 * {@linkcode loadDirectory}, keeps only one file's entries in JavaScript's memory at a time.
 *
 * @throws {PersistError} when a damaged file cannot be set aside, or a torn one overwritten, or the process lacks the
 * resources to read a file
 */
export async function surveyDirectory(
  directory: HeldDirectory,
  options: { codec: Codec; shards: number },
): Promise<DirectorySurvey> {
  const setAside: SetAsideFile[] = [];
  const torn: TornFile[] = [];
  const survey = { entries: 0, entriesPerShardMax: 0, arenaWordsPerShardMax: 0 };
  const found = shardFilesIn(directory.path, directory.fileNames());
  const files: FoundShardFile[] = [];
  const filesByShard = Map.groupBy(found, ({ shard }) => shard);
  for await (const ofShard of inTurns([...filesByShard.values()])) {
    const judged = judgeShard(ofShard, options);
    const newest = judged.find(({ health }) => health === "sound")?.file;
    if (newest !== undefined) files.push(newest);
    for (const one of judged) {
      const { file: { path } } = one;
      if (one.health === "damaged") setAside.push(directory.setAside(path, one.reason));
      else if (one.health === "torn" && newest !== undefined) torn.push(mend(path, one.reason, newest));
      else if (one.health === "sound") {
        const { entries, arenaWords } = one.content;
        survey.entries += entries;
        survey.entriesPerShardMax = Math.max(survey.entriesPerShardMax, entries);
        survey.arenaWordsPerShardMax = Math.max(survey.arenaWordsPerShardMax, arenaWords);
      }
    }
  }
  return { ...survey, files, setAside, torn };
}

/**
 * Reads all files of one shard. The first of those with the highest version is the sound one.
 *
 * @throws {PersistError} when the process lacks the resources to read a file
 */
export function judgeShard<File extends FoundShardFile>(
  files: readonly File[],
  options: { codec: Codec; shards: number },
): JudgedShardFile<File>[] {
  const read = files.map((file) => ({ file, outcome: readFile(file, options) }));
  const versions = read.map(({ outcome }) => "content" in outcome ? outcome.content.version : -1);
  const newest = versions.indexOf(Math.max(...versions));
  return read.map(({ file, outcome }, i) => {
    if ("content" in outcome) return { file, health: i === newest ? "sound" : "superseded", ...outcome };
    const { side } = file;
    const other = side === undefined ? -1 : files.findIndex((file) => file.side === otherSide(side));
    const health = outcome.mayBeTorn && other >= 0 && versions[other]! >= 0 ? "torn" : "damaged";
    return { file, health, reason: outcome.reason };
  });
}

/** Reads a file to its end; if it is not sound, says why, and whether a write that was cut short may be the reason. */
function readFile(
  file: FoundShardFile,
  { codec, shards }: { codec: Codec; shards: number },
): { readonly content: FileContent } | { readonly reason: string; readonly mayBeTorn: boolean } {
  let mayBeTorn = false;
  try {
    const bytes = readWholeFile(file.path);
    mayBeTorn = true;
    const reader = codec.read(bytes);
    // With its checksum, all of it is there as it was written, to whichever file.
    mayBeTorn = false;
    checkOwner(reader, file, shards);
    let arenaWords = 0;
    while (reader.next()) {
      checkShard(reader.key, file.shard, shards);
      arenaWords += entryWords(reader.key.length, reader.value.length);
    }
    const { version, count } = reader.head;
    return { content: { version, entries: count, arenaWords } };
  } catch (error) {
    if (!(error instanceof CorruptSnapshotError)) throw error;
    return { reason: error.message, mayBeTorn };
  }
}

/** Overwrites a torn file with its shard's newest snapshot. */
function mend(path: string, reason: string, { path: newest }: FoundShardFile): TornFile {
  using file = openExistingFile(path);
  const cutBytes = lengthOf(file, path);
  overwrite(file, path, readWholeFile(newest), cutBytes);
  return { path, cutBytes, reason: `${reason}; ${newest.slice(newest.lastIndexOf("/") + 1)} is used` };
}

/** Puts the entries of the chosen files into the store, with the shards' versions, and records them as written. */
export async function loadDirectory(
  survey: DirectorySurvey,
  target: { codec: Codec; store: SharedStore; ledger: Ledger },
): Promise<void> {
  const { codec, store, ledger } = target;
  for await (const file of inTurns(survey.files)) {
    const { shard, path } = file;
    try {
      const reader = readSnapshot(file, { codec, shards: store.size.shards });
      const { version } = reader.head;
      while (reader.next()) store.put(reader.key, reader.value);
      store.restoreVersion(shard, version);
      ledger.recordWritten(shard, { version, atMs: 0 });
    } catch (error) {
      throw new PersistError("load", path, error);
    }
  }
}

/**
 * Syncs what {@linkcode loadDirectory} has loaded, and records it as synced. A run that syncs must do this before it
 * writes: the previous run may have been killed, or have synced less, and this one could then overwrite the durable one
 * of a shard's two files while the newer one is only in the page cache.
 *
 * @throws {PersistError} when that fails
 */
export async function makeLoadedDurable(
  survey: DirectorySurvey,
  target: { directory: HeldDirectory; ledger: Ledger },
): Promise<void> {
  const { directory, ledger } = target;
  for await (const { path } of inTurns(survey.files)) syncFile(path);
  syncDirectory(directory.path);
  for (const { shard } of survey.files) ledger.recordSynced(shard, ledger.writtenVersion(shard));
}

/**
 * Reads a shard file. Does not check that its keys belong to its shard; {@linkcode checkShard} does.
 *
 * @throws {CorruptSnapshotError} when the file cannot be read, is damaged, or is another shard's
 * @throws {PersistError} when the process lacks the resources to read it
 */
export function readSnapshot(
  file: FoundShardFile,
  { codec, shards }: { codec: Codec; shards: number },
): SnapshotReader {
  const reader = codec.read(readWholeFile(file.path));
  checkOwner(reader, file, shards);
  return reader;
}

/** @throws {CorruptSnapshotError} when it is another shard's snapshot */
function checkOwner({ head }: SnapshotReader, { shard }: FoundShardFile, shards: number): void {
  if (head.shard === shard && head.shards === shards) return;
  throw new CorruptSnapshotError(`it is shard ${head.shard} of ${head.shards}`);
}

/**
 * A file's bytes.
 *
 * @throws {CorruptSnapshotError} when what is there is not a file
 * @throws {PersistError} when the process lacks the permission or the resources to read it, which says nothing about
 * the file
 */
function readWholeFile(path: string): Uint8Array<ArrayBuffer> {
  const found = lookAt(path);
  if (found !== undefined && !found.isDirectory) checkRegular(path, found);
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (!isOfFile(error)) throw new PersistError("read", path, error);
    throw new CorruptSnapshotError(`it cannot be read: ${reasonOf(error)}`);
  }
}

/**
 * Whether reading failed because of what is at the path, rather than because of the process, its permissions or the
 * device.
 */
function isOfFile(error: unknown): boolean {
  return error instanceof Error && "code" in error && FILE_ERRORS.includes(String(error.code));
}

/**
 * Checks that a key belongs to the shard: in any other it could never be found again.
 *
 * @throws {CorruptSnapshotError} when it is not
 */
export function checkShard(key: PaddedBytes, shard: number, shards: number): void {
  const actual = shardOf(hashKey(key.words, key.length), shards);
  if (actual !== shard) {
    throw new CorruptSnapshotError(`its key ${JSON.stringify(key.toString())} belongs to shard ${actual}`);
  }
}
