/**
 * Room of the loader: what a directory holds, brought back into a store.
 *
 * @module
 */
import type { Codec, Snapshot } from "../codec/codec.ts";
import { CorruptSnapshotError } from "../codec/corrupt_snapshot_error.ts";
import { hashKey, shardOf } from "../store/hash.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { entryWords } from "../store/shard.ts";
import type { SharedStore } from "../store/shared_store.ts";
import type { SetAsideFile, ShardDirectory } from "./directory.ts";
import type { Ledger } from "./ledger.ts";
import { PersistError, reasonOf } from "./persist_error.ts";

/** What {@linkcode surveyDirectory} found. */
export interface DirectorySurvey {
  /** Shards whose file is sound, in ascending order. */
  readonly shards: readonly number[];
  /** Entries in all sound files. */
  readonly entries: number;
  /** Entries, and words of the arena that they take, in the shard that has most of them. */
  readonly entriesPerShardMax: number;
  readonly arenaWordsPerShardMax: number;
  readonly setAside: readonly SetAsideFile[];
}

/** How long the loader works before it lets other things on the main thread, such as signals, have their turn. */
const TURN_MS = 50;

/**
 * Reads every file once, to learn how large a store must be; files that are not sound are set aside. Reading twice, here
 * and in {@linkcode loadDirectory}, keeps only one file's entries in JavaScript's memory at a time.
 *
 * @throws {PersistError} when a damaged file cannot be set aside
 */
export async function surveyDirectory(
  directory: ShardDirectory,
  options: { codec: Codec; shards: number },
): Promise<DirectorySurvey> {
  const sound: number[] = [];
  const setAside: SetAsideFile[] = [];
  let entries = 0, entriesPerShardMax = 0, arenaWordsPerShardMax = 0;
  const bytes = new PaddedBytes(0);
  for await (const shard of inTurns(directory.shardsWithFile())) {
    try {
      const snapshot = readSnapshot(directory.pathOf(shard), shard, options);
      let count = 0, arenaWords = 0;
      for (const [key, value] of Object.entries(snapshot.entries)) {
        bytes.setString(key);
        checkShard(key, bytes, shard, options.shards);
        const keyLength = bytes.length;
        bytes.setString(value);
        arenaWords += entryWords(keyLength, bytes.length);
        count++;
      }
      sound.push(shard);
      entries += count;
      entriesPerShardMax = Math.max(entriesPerShardMax, count);
      arenaWordsPerShardMax = Math.max(arenaWordsPerShardMax, arenaWords);
    } catch (error) {
      if (!(error instanceof CorruptSnapshotError)) throw error;
      setAside.push(directory.setAside(shard, error.message));
    }
  }
  return { shards: sound, entries, entriesPerShardMax, arenaWordsPerShardMax, setAside };
}

/** Puts the entries of all sound files into the store, with their versions, and records them as written. */
export async function loadDirectory(
  directory: ShardDirectory,
  survey: DirectorySurvey,
  target: { codec: Codec; store: SharedStore; ledger: Ledger },
): Promise<void> {
  const { codec, store, ledger } = target;
  const key = new PaddedBytes(0);
  const value = new PaddedBytes(0);
  for await (const shard of inTurns(survey.shards)) {
    const path = directory.pathOf(shard);
    try {
      const snapshot = readSnapshot(path, shard, { codec, shards: store.size.shards });
      for (const [keyText, valueText] of Object.entries(snapshot.entries)) {
        key.setString(keyText);
        value.setString(valueText);
        store.put(key, value);
      }
      store.restoreVersion(shard, snapshot.version);
      ledger.recordWritten(shard, snapshot.version, 0);
    } catch (error) {
      throw new PersistError("load", path, error);
    }
  }
}

function readSnapshot(path: string, shard: number, options: { codec: Codec; shards: number }): Snapshot {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Deno.readFileSync(path);
  } catch (error) {
    throw new CorruptSnapshotError(`it cannot be read: ${reasonOf(error)}`);
  }
  const snapshot = options.codec.decode(bytes);
  if (snapshot.shard !== shard || snapshot.shards !== options.shards) {
    throw new CorruptSnapshotError(`it is shard ${snapshot.shard} of ${snapshot.shards}`);
  }
  return snapshot;
}

/** A key in the wrong shard's file could never be found again. */
function checkShard(text: string, key: PaddedBytes, shard: number, shards: number): void {
  const actual = shardOf(hashKey(key.words, key.length), shards);
  if (actual !== shard) {
    throw new CorruptSnapshotError(`its key ${JSON.stringify(text)} belongs to shard ${actual}`);
  }
}

/** Yields the items, and every now and then lets the event loop run. */
async function* inTurns<T>(items: readonly T[]): AsyncGenerator<T> {
  let turnEndsAt = performance.now() + TURN_MS;
  for (const item of items) {
    if (performance.now() >= turnEndsAt) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turnEndsAt = performance.now() + TURN_MS;
    }
    yield item;
  }
}
