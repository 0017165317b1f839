/**
 * Says what a directory of a store's files holds, and in which state. Strictly read only.
 *
 * @module
 */
import type { StoreKind } from "../persist/store_files.ts";
import type { FileHealth, InspectedFile, Part } from "./part.ts";
import { partsOf } from "./parts.ts";
import { type ReadingOptions, StoredDirectory } from "./stored_directory.ts";

export type { FileHealth, InspectedFile };

/** One shard, block file or log. */
export type InspectedPart = Pick<Part, "index" | "files" | "version" | "entries">;

/** Sums over a directory. */
export interface InspectionTotals {
  /** Files, without temporary ones, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Entries that a run would load, and the puts that they are the result of. */
  readonly entries: number;
  readonly versionSum: number;
  /** Records in the logs' segments that a run would load. */
  readonly records: number;
  /** Blocks of block files that hold entries. */
  readonly blocks: number;
  /** Files by their health. */
  readonly health: Readonly<Record<FileHealth, number>>;
  /** Parts without a file: nothing of them was ever written. */
  readonly missingParts: number;
  /** Parts with files that do not hold all that was written. */
  readonly unreadableParts: number;
}

/** What a directory holds. */
export interface Inspection {
  readonly directory: string;
  /** Of which store its files are. */
  readonly kind: StoreKind;
  readonly totals: InspectionTotals;
  /** All shards, block files or logs, in ascending order. */
  readonly parts: readonly InspectedPart[];
  /** Names of the damaged files that were set aside earlier. */
  readonly setAsideNames: readonly string[];
}

/**
 * Reads a directory of a store's files, of whichever layout, serializer and number. Damaged files are part of the result.
 *
 * @throws {PersistError} when it is no directory, a running kvlab has it, or it has not the files of just one store
 */
export function inspectDirectory(path: string, options: ReadingOptions): Inspection {
  using directory = StoredDirectory.open(path, options);
  const parts: Part[] = [];
  for (const part of partsOf(directory)) parts.push(part);
  return {
    directory: directory.path,
    kind: directory.kind,
    totals: totalsOf(parts),
    parts: parts.map(({ index, files, version, entries }) => ({ index, files, version, entries })),
    setAsideNames: directory.setAsideNames,
  };
}

function totalsOf(parts: readonly Part[]): InspectionTotals {
  const health = { sound: 0, torn: 0, superseded: 0, damaged: 0, temporary: 0 };
  const sums = {
    files: 0,
    bytes: 0,
    entries: 0,
    versionSum: 0,
    records: 0,
    blocks: 0,
    missingParts: 0,
    unreadableParts: 0,
  };
  for (const { files, entries, version, isUnreadable } of parts) {
    const lasting = files.filter(({ health }) => health !== "temporary");
    for (const file of files) health[file.health]++;
    for (const { bytes, records = 0, blocks = 0 } of lasting) {
      sums.bytes += bytes;
      sums.records += records;
      sums.blocks += blocks;
    }
    sums.files += lasting.length;
    sums.entries += entries;
    sums.versionSum += version;
    if (lasting.length === 0) sums.missingParts++;
    if (isUnreadable) sums.unreadableParts++;
  }
  return { ...sums, health };
}
