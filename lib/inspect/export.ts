/**
 * Exports all entries of a store directory as one document. Strictly read-only.
 *
 * @module
 */
import { CorruptSnapshotError } from "../codec/snapshot_reader.ts";
import type { StoreKind } from "../persist/layout/layout_module.ts";
import { layoutOf } from "../persist/layout/layouts.ts";
import type { Part, PartContent } from "../persist/layout/part.ts";
import { PersistError } from "../system/persist_error.ts";
import { RECORD_NAME } from "../directory/store_record.ts";
import { DamagedStoreError } from "./damaged_store_error.ts";
import { EXPORT_ENCODERS, type ExportFormat } from "./export_format.ts";
import { partsOf, type ReadingOptions, StoredDirectory } from "./stored_directory.ts";

/** How a directory is exported. */
export interface ExportOptions extends ReadingOptions {
  readonly format: ExportFormat;
  /** Called for each damaged file that another one makes up for, and each whose end is missing. */
  onWarning?(message: string): void;
}

/** A part to export. */
interface ChosenPart {
  readonly version: number;
  /** Reads it again; or returns what it held when chosen, if a running kvlab may have changed it since. */
  read(): PartContent;
  /** One of its files, to identify it in messages. */
  readonly path: string;
}

/** The most parts that a message names. */
const NAMED_PARTS = 3;

/**
 * Exports what a run would load, piece by piece. Every part (a shard's newest sound file, a block file or a log) is
 * read twice, the first time to count its entries, so that only one part is in memory at a time. If the directory was
 * forced open, its files may change in between, so all parts are kept in memory.
 *
 * The directory stays open until the last piece is taken or the generator is returned.
 *
 * @throws {DamagedStoreError} before the first piece when a shard has files but no sound one, or a block file or a log
 * is damaged
 * @throws {PersistError} before the first piece when the directory cannot be read; later when a file has changed in the
 * meantime, or holds what is not text
 */
export function* exportDirectory(path: string, options: ExportOptions): Generator<Uint8Array> {
  using directory = StoredDirectory.open(path, options);
  const { chosen, count } = choose(directory, options);
  const encoder = EXPORT_ENCODERS[options.format];
  const head = { shards: directory.shards, count };
  yield encoder.head(head);
  let first = true;
  for (const { version, read, path } of chosen) {
    const content = read();
    if (content.version !== version) {
      throw new PersistError("export", path, "it has changed while it was being read");
    }
    try {
      for (const entries of content.entries()) {
        yield encoder.entries(entries, first);
        first = false;
      }
    } catch (error) {
      throw error instanceof CorruptSnapshotError ? new PersistError("export", path, error) : error;
    }
  }
  yield encoder.tail(head);
}

function choose(directory: StoredDirectory, options: ExportOptions): { chosen: ChosenPart[]; count: number } {
  const chosen: ChosenPart[] = [];
  const unreadable: string[] = [];
  let count = 0;
  for (const part of partsOf(directory)) {
    const { version, entries, read } = part;
    if (part.isUnreadable) unreadable.push(faultOf(part, directory.kind));
    else warnOf(part, directory.kind, options);
    if (part.isUnreadable || read === undefined) continue;
    const { files } = part;
    const used = files.find(({ health }) => health === "sound") ?? files.find(({ health }) => health === "torn");
    const path = used?.path ?? directory.path;
    const content = options.forceRead ? read() : undefined;
    count += content?.count ?? entries;
    chosen.push({ version: content?.version ?? version, path, read: content === undefined ? read : () => content });
  }
  if (unreadable.length > 0) {
    const others = unreadable.length - NAMED_PARTS;
    const named = unreadable.slice(0, NAMED_PARTS).join(", ") + (others > 0 ? ` and ${others} others` : "");
    const fault = layoutOf(directory.kind.layout).hasSpares ? "no sound file of" : "damaged files of";
    const them = directory.hasRecord ? `them and ${RECORD_NAME}` : "them";
    throw new DamagedStoreError(directory.path, `${fault} ${named}; move ${them} away to export the rest`);
  }
  return { chosen, count };
}

function faultOf({ index, files, gone }: Part, { layout }: StoreKind): string {
  const name = `${layoutOf(layout).part.replace("_", " ")} ${index}`;
  if (gone !== undefined) return `${name} (${gone})`;
  const damaged = files.filter(({ health }) => health === "damaged").map(({ name, reason }) => `${name}: ${reason}`);
  return `${name} (${damaged.join("; ")})`;
}

function warnOf({ files }: Part, { layout }: StoreKind, { onWarning }: ExportOptions): void {
  const { insteadOf } = layoutOf(layout);
  for (const { name, health, reason } of files) {
    if (health === "damaged") onWarning?.(`damaged, ${insteadOf.damaged}: ${name}: ${reason}`);
    else if (health === "torn") onWarning?.(`cut short, ${insteadOf.torn}: ${name}: ${reason}`);
  }
}
