/**
 * Reads what the threads of a killed child left behind.
 *
 * @module
 */
import { ACKNOWLEDGED_PREFIX, RECORD_FLOATS, SYNCED_PREFIX, WRITTEN_PREFIX } from "../persist/witness.ts";
import { readDirectory } from "../system/file_io.ts";
import { PersistError } from "../system/persist_error.ts";

/** What is known of a killed child. */
export interface Testimony {
  /**
   * For each thread, when each of its puts and deletes was acknowledged, in milliseconds of the shared time; NaN for
   * one that was refused, after which a load went on.
   */
  readonly acknowledgedAtMs: readonly Float64Array[];
  /** For each shard, the version up to which its writes had been acknowledged, by any thread. */
  readonly acknowledgedVersions: ReadonlyMap<number, number>;
  /** The version of each shard that the child's ledger recorded as written. */
  readonly writtenVersions: ReadonlyMap<number, number>;
  /** The version of each shard that the child's ledger recorded as synced. */
  readonly syncedVersions: ReadonlyMap<number, number>;
}

/** The records of a child, in which one can go back to what had happened at any moment. */
export class WitnessRecords {
  /** By thread. */
  readonly #acknowledged: Float64Array<ArrayBuffer>[];
  readonly #written: Float64Array<ArrayBuffer>[] = [];
  readonly #synced: Float64Array<ArrayBuffer>[] = [];

  /**
   * Reads what a child left in its witness directory.
   *
   * @throws {PersistError} when that fails
   */
  constructor(directory: string, threads: number) {
    this.#acknowledged = Array.from({ length: threads }, () => new Float64Array());
    try {
      for (const { name } of readDirectory(directory)) {
        const path = `${directory}/${name}`;
        if (name.startsWith(ACKNOWLEDGED_PREFIX)) {
          const thread = Number(name.slice(ACKNOWLEDGED_PREFIX.length));
          this.#acknowledged[thread] = readRecords(path);
        } else if (name.startsWith(WRITTEN_PREFIX)) {
          this.#written.push(readRecords(path));
        } else if (name.startsWith(SYNCED_PREFIX)) {
          this.#synced.push(readRecords(path));
        }
      }
    } catch (error) {
      throw error instanceof PersistError ? error : new PersistError("read", directory, error);
    }
  }

  /** What had happened before a moment, in milliseconds of the shared time; by default all. */
  until(atMs = Infinity): Testimony {
    const acknowledged = this.#acknowledged.map((records) => before(records, atMs));
    return {
      acknowledgedAtMs: acknowledged.map(timesOf),
      acknowledgedVersions: versionsIn(acknowledged),
      writtenVersions: versionsIn(this.#written.map((records) => before(records, atMs))),
      syncedVersions: versionsIn(this.#synced.map((records) => before(records, atMs))),
    };
  }

  /** When anything was acknowledged or synced, in ascending order. */
  timesMs(): Float64Array<ArrayBuffer> {
    return Float64Array.from([...this.#acknowledged, ...this.#synced].flatMap((records) => [...timesOf(records)]))
      .sort();
  }
}

/** When the latest write of all threads was acknowledged, in milliseconds of the shared time; -Infinity if none was. */
export function lastAcknowledgedAtMs({ acknowledgedAtMs }: Pick<Testimony, "acknowledgedAtMs">): number {
  return Math.max(...acknowledgedAtMs.map((times) => times.at(-1) ?? -Infinity));
}

/** The floats of all complete records. */
function readRecords(path: string): Float64Array<ArrayBuffer> {
  const bytes = Deno.readFileSync(path);
  const records = Math.floor(bytes.length / (RECORD_FLOATS * Float64Array.BYTES_PER_ELEMENT));
  return new Float64Array(bytes.buffer, 0, records * RECORD_FLOATS);
}

/** The records from before a moment. */
function before(records: Float64Array<ArrayBuffer>, atMs: number): Float64Array<ArrayBuffer> {
  let from = 0, to = records.length / RECORD_FLOATS;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (records[RECORD_FLOATS * middle]! < atMs) from = middle + 1;
    else to = middle;
  }
  return records.subarray(0, RECORD_FLOATS * from);
}

function timesOf(records: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: records.length / RECORD_FLOATS }, (_, at) => records[RECORD_FLOATS * at]!);
}

/** The newest version of each shard. */
function versionsIn(all: readonly Float64Array[]): Map<number, number> {
  const versions = new Map<number, number>();
  for (const records of all) {
    for (let at = 0; at < records.length; at += RECORD_FLOATS) {
      const shard = records[at + 1]!, version = records[at + 2]!;
      if (version > (versions.get(shard) ?? 0)) versions.set(shard, version);
    }
  }
  return versions;
}
