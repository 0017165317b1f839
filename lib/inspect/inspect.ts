/**
 * Says what a directory of shard files holds, and in which state. Strictly read only.
 *
 * @module
 */
import type { SerializerName } from "../codec/codec.ts";
import { type FileHealth, type InspectedFile, readShard } from "./shard_reading.ts";
import { type ReadingOptions, StoredDirectory } from "./stored_directory.ts";

export type { FileHealth, InspectedFile };

/** One shard. */
export interface InspectedShard {
  readonly shard: number;
  /** Sorted by name; none when the shard is missing. */
  readonly files: readonly InspectedFile[];
  /** The puts that the sound file has seen, and its entries; 0 without one. */
  readonly version: number;
  readonly entries: number;
}

/** Sums over a directory. */
export interface InspectionTotals {
  /** Shard files, without temporary ones, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Entries in the sound files, and the sum of their versions. */
  readonly entries: number;
  readonly versionSum: number;
  /** Files by their health. */
  readonly sound: number;
  readonly superseded: number;
  readonly damaged: number;
  readonly temporary: number;
  /** Shards without a file: nothing of them was ever written. */
  readonly missingShards: number;
  /** Shards with files of which none is sound. */
  readonly unreadableShards: number;
}

/** What a directory holds. */
export interface Inspection {
  readonly directory: string;
  readonly serializer: SerializerName;
  /** Number of shards that its files go with. */
  readonly shardCount: number;
  readonly totals: InspectionTotals;
  /** All shards, in ascending order. */
  readonly shards: readonly InspectedShard[];
  /** Names of the damaged files that were set aside earlier. */
  readonly setAsideNames: readonly string[];
}

/**
 * Reads a directory of shard files, of whichever serializer and number. Damaged files are part of the result.
 *
 * @throws {PersistError} when it is no directory, a running kvlab has it, or it has not the files of just one store
 */
export function inspectDirectory(path: string, options: ReadingOptions): Inspection {
  using directory = StoredDirectory.open(path, options);
  const shards: InspectedShard[] = [];
  for (let shard = 0; shard < directory.shards; shard++) {
    const { files } = readShard(directory, shard);
    const sound = files.find(({ health }) => health === "sound");
    shards.push({ shard, files, version: sound?.version ?? 0, entries: sound?.entries ?? 0 });
  }
  return {
    directory: directory.path,
    serializer: directory.serializer,
    shardCount: directory.shards,
    totals: totalsOf(shards),
    shards,
    setAsideNames: directory.setAsideNames,
  };
}

function totalsOf(shards: readonly InspectedShard[]): InspectionTotals {
  const byHealth = { sound: 0, superseded: 0, damaged: 0, temporary: 0 };
  let files = 0, bytes = 0, entries = 0, versionSum = 0, missingShards = 0, unreadableShards = 0;
  for (const shard of shards) {
    const lasting = shard.files.filter(({ health }) => health !== "temporary");
    for (const { health } of shard.files) byHealth[health]++;
    files += lasting.length;
    bytes += lasting.reduce((sum, file) => sum + file.bytes, 0);
    entries += shard.entries;
    versionSum += shard.version;
    if (lasting.length === 0) missingShards++;
    else if (lasting.every(({ health }) => health === "damaged")) unreadableShards++;
  }
  return { files, bytes, entries, versionSum, ...byHealth, missingShards, unreadableShards };
}
