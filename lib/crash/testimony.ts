/**
 * Reads what the threads of a killed child left behind.
 *
 * @module
 */
import { readDirectory } from "../system/file_io.ts";
import { PersistError } from "../system/persist_error.ts";
import {
  ACKNOWLEDGED_BYTES,
  ACKNOWLEDGED_PREFIX,
  SYNCED_PREFIX,
  VERSION_BYTES,
  WRITTEN_PREFIX,
} from "../persist/witness.ts";

/** What is known of a killed child. */
export interface Testimony {
  /**
   * For each thread, when each of its puts was acknowledged, in milliseconds of the shared time; NaN for one that was
   * refused, after which a load went on.
   */
  readonly acknowledgedAtMs: readonly Float64Array[];
  /** For each shard, the version up to which its puts had been acknowledged, by any thread. */
  readonly acknowledgedVersions: ReadonlyMap<number, number>;
  /** The version of each shard that the child's ledger recorded as written. */
  readonly writtenVersions: ReadonlyMap<number, number>;
  /** The version of each shard that the child's ledger recorded as synced. */
  readonly syncedVersions: ReadonlyMap<number, number>;
}

/**
 * Reads what a child left in its witness directory.
 *
 * @throws {PersistError} when that fails
 */
export function readTestimony(directory: string, threads: number): Testimony {
  const writtenVersions = new Map<number, number>();
  const syncedVersions = new Map<number, number>();
  const acknowledgedVersions = new Map<number, number>();
  const acknowledgedAtMs = Array.from({ length: threads }, () => new Float64Array());
  try {
    for (const { name } of readDirectory(directory)) {
      const path = `${directory}/${name}`;
      if (name.startsWith(ACKNOWLEDGED_PREFIX)) {
        const thread = Number(name.slice(ACKNOWLEDGED_PREFIX.length));
        const records = readRecords(path, ACKNOWLEDGED_BYTES);
        acknowledgedAtMs[thread] = Float64Array.from({ length: records.length / 3 }, (_, i) => records[3 * i]!);
        for (let i = 0; i < records.length; i += 3) raise(acknowledgedVersions, records[i + 1]!, records[i + 2]!);
      } else if (name.startsWith(WRITTEN_PREFIX)) {
        collectVersions(readRecords(path, VERSION_BYTES), writtenVersions);
      } else if (name.startsWith(SYNCED_PREFIX)) {
        collectVersions(readRecords(path, VERSION_BYTES), syncedVersions);
      }
    }
  } catch (error) {
    throw error instanceof PersistError ? error : new PersistError("read", directory, error);
  }
  return { acknowledgedAtMs, acknowledgedVersions, writtenVersions, syncedVersions };
}

/** When the latest put of all threads was acknowledged, in milliseconds of the shared time; -Infinity if none was. */
export function lastAcknowledgedAtMs({ acknowledgedAtMs }: Pick<Testimony, "acknowledgedAtMs">): number {
  return Math.max(...acknowledgedAtMs.map((times) => times.at(-1) ?? -Infinity));
}

/** The floats of all complete records. */
function readRecords(path: string, recordBytes: number): Float64Array<ArrayBuffer> {
  const bytes = Deno.readFileSync(path);
  return new Float64Array(bytes.buffer, 0, Math.floor(bytes.length / recordBytes) * recordBytes / 8);
}

function collectVersions(records: Float64Array, versions: Map<number, number>): void {
  for (let i = 0; i < records.length; i += 2) raise(versions, records[i]!, records[i + 1]!);
}

function raise(versions: Map<number, number>, shard: number, version: number): void {
  if (version > (versions.get(shard) ?? 0)) versions.set(shard, version);
}
