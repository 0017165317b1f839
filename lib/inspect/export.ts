/**
 * Exports all entries of a store directory as one document. Strictly read-only. It is encoded piece by piece so that it
 * need never be in memory as a whole.
 *
 * The document is a map of `format` ({@linkcode EXPORT_FORMAT}), `shards`, `count`, and `entries`, a map from key to
 * value. In JSON each entry has a line of its own:
 *
 * ```text
 * {"format":"kvlab-export/1","shards":128,"count":2,"entries":{
 * "Key1":"foo",
 * "Key2":"foo"
 * }}
 * ```
 *
 * In CBOR it is the same map, of definite length.
 *
 * @module
 */
import { CorruptSnapshotError } from "../codec/snapshot_reader.ts";
import type { StoreKind } from "../persist/layout/layout_module.ts";
import { layoutOf } from "../persist/layout/layouts.ts";
import type { ExportEntry, Part, PartContent } from "../persist/layout/part.ts";
import { DamagedStoreError, PersistError } from "../system/persist_error.ts";
import { RECORD_NAME } from "../directory/store_record.ts";
import { partsOf, type ReadingOptions, StoredDirectory } from "./stored_directory.ts";
import { encodeCbor } from "@std/cbor";

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

/** The `format` member of every export. */
const EXPORT_FORMAT = "kvlab-export/1";

/** How an export is encoded. */
type ExportFormat = "json" | "cbor";

/** The beginning of an export, before its entries. */
interface ExportHead {
  /** Number of shards that the entries were in. */
  readonly shards: number;
  /** Number of entries. */
  readonly count: number;
}

/** Encodes an export: its head, its entries in batches, its tail. The pieces concatenated are the document. */
interface ExportEncoder {
  head(head: ExportHead): Uint8Array;
  /**
   * @param entries at least one
   * @param first whether these are the first entries
   */
  entries(entries: readonly ExportEntry[], first: boolean): Uint8Array;
  tail(head: ExportHead): Uint8Array;
}

const utf8 = new TextEncoder();

const jsonEncoder: ExportEncoder = {
  head({ shards, count }) {
    return utf8.encode(`{"format":"${EXPORT_FORMAT}","shards":${shards},"count":${count},"entries":{\n`);
  },
  entries(entries, first) {
    const lines = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return utf8.encode((first ? "" : ",\n") + lines.join(",\n"));
  },
  tail({ count }) {
    return utf8.encode(count === 0 ? "}}\n" : "\n}}\n");
  },
};

/** The major type of a map, in its place above the argument; an unsigned integer's is 0. */
const MAP = 0xa0;

const cborEncoder: ExportEncoder = {
  head({ shards, count }) {
    const withoutEntries = encodeCbor({ format: EXPORT_FORMAT, shards, count, entries: {} });
    return Uint8Array.of(...withoutEntries.subarray(0, -1), ...mapHead(count));
  },
  entries(entries) {
    return encodeCbor(Object.fromEntries(entries)).subarray(mapHead(entries.length).length);
  },
  tail() {
    return new Uint8Array(0);
  },
};

/** The head of a map of definite length: an unsigned integer with another major type. */
function mapHead(count: number): Uint8Array {
  const head = Uint8Array.from(encodeCbor(count));
  head[0] = MAP | (head[0] ?? 0);
  return head;
}

/** The encoder of each format. */
const EXPORT_ENCODERS: Readonly<Record<ExportFormat, ExportEncoder>> = { json: jsonEncoder, cbor: cborEncoder };
