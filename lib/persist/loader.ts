/**
 * Loads a directory's snapshots back into a store.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { CorruptSnapshotError } from "../codec/corrupt_snapshot_error.ts";
import type { SnapshotReader } from "../codec/snapshot_reader.ts";
import { hashKey, shardOf } from "../store/hash.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { entryWords } from "../store/shard.ts";
import type { SharedStore } from "../store/shared_store.ts";
import type { FoundShardFile, SetAsideFile, ShardDirectory } from "./directory.ts";
import { checkRegular, lookAt, syncDirectory, syncFile } from "./file_io.ts";
import { inTurns } from "./in_turns.ts";
import type { Ledger } from "./ledger.ts";
import { PersistError, reasonOf } from "./persist_error.ts";

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
}

/** What one sound file holds. */
interface FileContent {
  readonly version: number;
  readonly entries: number;
  readonly arenaWords: number;
}

/** The errors of reading a directory, a dangling link, and a circle of links. */
const FILE_ERRORS = ["EISDIR", "ENOENT", "ELOOP"];

/**
 * Reads every file once, to learn which of a shard's files is the newest and how large the store must be. Unsound files
 * are set aside, but never because the process has run out of descriptors or memory. Reading each file twice, here and
 * in {@linkcode loadDirectory}, keeps only one file's entries in JavaScript's memory at a time.
 *
 * @throws {PersistError} when a damaged file cannot be set aside, or the process lacks the resources to read a file
 */
export async function surveyDirectory(
  directory: ShardDirectory,
  options: { codec: Codec; shards: number },
): Promise<DirectorySurvey> {
  const newest = new Map<number, { file: FoundShardFile; content: FileContent }>();
  const setAside: SetAsideFile[] = [];
  for await (const file of inTurns(directory.shardFiles())) {
    try {
      const content = measureFile(file, options);
      const known = newest.get(file.shard);
      if (known === undefined || content.version > known.content.version) newest.set(file.shard, { file, content });
    } catch (error) {
      if (!(error instanceof CorruptSnapshotError)) throw error;
      setAside.push(directory.setAside(file.path, error.message));
    }
  }
  const survey = { entries: 0, entriesPerShardMax: 0, arenaWordsPerShardMax: 0 };
  for (const { content } of newest.values()) {
    survey.entries += content.entries;
    survey.entriesPerShardMax = Math.max(survey.entriesPerShardMax, content.entries);
    survey.arenaWordsPerShardMax = Math.max(survey.arenaWordsPerShardMax, content.arenaWords);
  }
  return { ...survey, files: [...newest.values()].map(({ file }) => file), setAside };
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
  target: { directory: ShardDirectory; ledger: Ledger },
): Promise<void> {
  const { directory, ledger } = target;
  for await (const { path } of inTurns(survey.files)) syncFile(path);
  syncDirectory(directory.path);
  for (const { shard } of survey.files) ledger.recordSynced(shard, ledger.writtenVersion(shard));
}

function measureFile(file: FoundShardFile, options: { codec: Codec; shards: number }): FileContent {
  const reader = readSnapshot(file, options);
  const { version, count } = reader.head;
  let arenaWords = 0;
  while (reader.next()) {
    checkShard(reader.key, file.shard, options.shards);
    arenaWords += entryWords(reader.key.length, reader.value.length);
  }
  return { version, entries: count, arenaWords };
}

/**
 * Reads a shard file. Does not check that its keys belong to its shard; {@linkcode checkShard} does.
 *
 * @throws {CorruptSnapshotError} when the file cannot be read, is damaged, or is another shard's
 * @throws {PersistError} when the process lacks the resources to read it
 */
export function readSnapshot(
  { path, shard }: FoundShardFile,
  options: { codec: Codec; shards: number },
): SnapshotReader {
  const reader = options.codec.read(readWholeFile(path));
  const { head } = reader;
  if (head.shard !== shard || head.shards !== options.shards) {
    throw new CorruptSnapshotError(`it is shard ${head.shard} of ${head.shards}`);
  }
  return reader;
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
