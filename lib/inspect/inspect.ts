/**
 * Reports what a store directory holds, and in what condition. Strictly read-only.
 *
 * @module
 */
import type { StoreKind } from "../persist/layout/layout_module.ts";
import type { FileHealth, InspectedFile, Part } from "../persist/layout/part.ts";
import { partsOf, type ReadingOptions, StoredDirectory } from "./stored_directory.ts";

export type { FileHealth, InspectedFile };

/** One shard, block file or log. */
export type InspectedPart = Pick<Part, "index" | "files" | "version" | "entries" | "gone">;

/** Totals over a directory. */
export interface InspectionTotals {
  /** Files, excluding temporary ones, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Entries that a run would load, and the number of puts and deletes behind them. */
  readonly entries: number;
  readonly versionSum: number;
  /** Records in the logs' segments that a run would load. */
  readonly records: number;
  /** How many of these are of deletes. */
  readonly deletes: number;
  /** Blocks that hold entries. */
  readonly blocks: number;
  /** Number of files by health. */
  readonly health: Readonly<Record<FileHealth, number>>;
  /** Parts without a file: nothing of them was ever written. */
  readonly missingParts: number;
  /** Parts whose files do not hold everything that was written. */
  readonly unreadableParts: number;
}

/** What a directory holds. */
export interface Inspection {
  readonly directory: string;
  /** The kind of store that the files belong to. */
  readonly kind: StoreKind;
  readonly totals: InspectionTotals;
  /** All shards, block files or logs, in ascending order. */
  readonly parts: readonly InspectedPart[];
  /** Names of damaged files that were set aside earlier. */
  readonly setAsideNames: readonly string[];
}

/**
 * Reads the directory of a store with any layout, serializer and number of files. Damaged files are part of the result.
 *
 * @throws {PersistError} when it is not a directory, a running kvlab has it locked, or its files are not those of
 * exactly one store
 */
export function inspectDirectory(path: string, options: ReadingOptions): Inspection {
  using directory = StoredDirectory.open(path, options);
  const parts: Part[] = [];
  for (const part of partsOf(directory)) parts.push(part);
  return {
    directory: directory.path,
    kind: directory.kind,
    totals: totalsOf(parts),
    parts: parts.map(({ read: _, isUnreadable: __, ...part }) => part),
    setAsideNames: directory.setAsideNames,
  };
}

/**
 * Whether a file is damaged, or a part lacks something that was written to it. What a crash merely cut short is not.
 */
export function isDamaged({ totals: { health, unreadableParts } }: Inspection): boolean {
  return health.damaged > 0 || unreadableParts > 0;
}

function totalsOf(parts: readonly Part[]): InspectionTotals {
  const health = { sound: 0, torn: 0, superseded: 0, damaged: 0, temporary: 0 };
  const sums = {
    files: 0,
    bytes: 0,
    entries: 0,
    versionSum: 0,
    records: 0,
    deletes: 0,
    blocks: 0,
    missingParts: 0,
    unreadableParts: 0,
  };
  for (const { files, entries, version, isUnreadable } of parts) {
    const lasting = files.filter(({ health }) => health !== "temporary");
    for (const file of files) health[file.health]++;
    for (const { bytes, records = 0, deletes = 0, blocks = 0 } of lasting) {
      sums.bytes += bytes;
      sums.records += records;
      sums.deletes += deletes;
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
