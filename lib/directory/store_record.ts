/**
 * The record of a store's files, in the file `STORE`: which of its snapshots, block files or logs there were when it
 * was opened last, or came to an orderly end. So one that is gone is told from one that was never written.
 *
 * Its content is a description in JSON (see `codec/description.ts`):
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode RECORD_FORMAT} |
 * | `layout`, `files`, `serializer`, `block_bytes` | the kind of store; the last only of block files |
 * | `present` | the first and the last number of each run of files that were there |
 *
 * It is replaced as a whole, by renaming, after the files that it lists have been created. A journaling file system
 * brings a directory's changes to the device in order, so after a power loss, too, it lists none that never was there.
 *
 * @module
 */
import { SERIALIZER_NAMES, type SerializerName } from "../codec/codec.ts";
import { encodeDescription, readDescription } from "../codec/description.ts";
import { checkRegular, lookAt, readWholeFile } from "../system/file_io.ts";
import { replaceFile } from "../persist/layout/replace/rename.ts";
import type { StoreKind } from "../persist/layout/layout_module.ts";
import { LAYOUT_NAMES, type LayoutName, layoutOf } from "../persist/layout/layouts.ts";
import { PersistError } from "../system/persist_error.ts";
import { isSameStore, parseSetAsideName, type StoreFileName, storeFileNames } from "./store_files.ts";

/** Name of the record. */
export const RECORD_NAME = "STORE";

/** The `format` member of every record. */
export const RECORD_FORMAT = "kvlab-store/1";

/** A kind of store, and which of its files there are, by number. */
export interface StoreRecord {
  readonly kind: StoreKind;
  readonly present: ReadonlySet<number>;
}

/**
 * Reads a directory's record.
 *
 * @returns `undefined` when there is none, or none that is sound, such as a power loss may leave: it is then made anew
 * from the files that are there
 * @throws {PersistError} when it cannot be read
 */
export function readStoreRecord(directory: string): StoreRecord | undefined {
  const path = `${directory}/${RECORD_NAME}`;
  const found = lookAt(path);
  if (found === undefined) return undefined;
  checkRegular(path, found);
  const description = readDescription(readWholeFile(path), "json")?.description;
  if (description?.format !== RECORD_FORMAT) return undefined;
  const { layout, files, serializer, block_bytes: blockBytes, present } = description;
  const isKind = LAYOUT_NAMES.includes(layout as LayoutName) && SERIALIZER_NAMES.includes(serializer as SerializerName);
  if (!isKind || typeof files !== "number" || !Array.isArray(present)) return undefined;
  const kind = {
    layout: layout as LayoutName,
    files,
    serializer: serializer as SerializerName,
    ...(typeof blockBytes === "number" ? { blockBytes } : {}),
  };
  return { kind, present: numbersIn(present.map(Number)) };
}

/**
 * Refuses a directory in which a part of the store is gone: to begin anew without it would hide that.
 *
 * @param names all names in the directory
 * @throws {PersistError} when a file that its record lists is neither there nor set aside
 */
export function checkRecord(directory: string, names: readonly string[]): void {
  const record = readStoreRecord(directory);
  if (record === undefined) return;
  const { kind, present } = record;
  const setAside = names.flatMap((name) => parseSetAsideName(name) ?? []);
  const found = [...lastingFiles(names), ...setAside].filter((file) => isSameStore(file, kind));
  const [gone, ...others] = present.difference(new Set(found.map(({ index }) => index)));
  if (gone === undefined) return;
  const what = others.length === 0 ? "is gone" : `and ${others.length} more are gone`;
  throw new PersistError(
    "use",
    directory,
    `${
      layoutOf(kind.layout).stem(kind, gone)
    } ${what}, which ${RECORD_NAME} lists; put back what is missing, or remove ${RECORD_NAME} to ` +
      "go on without",
  );
}

/**
 * Records which files there are, unless the record says so already. If that fails, as on a full disk, the earlier
 * record stays, and fewer files are missed when they are gone.
 *
 * @param options `names` are all names in the directory; `synced` says whether the record must be on the device before
 * it replaces the one before
 */
export function recordFiles(
  directory: string,
  kind: StoreKind,
  { names, synced }: { names: readonly string[]; synced: boolean },
): void {
  const present = new Set(lastingFiles(names).map(({ index }) => index));
  const known = readStoreRecord(directory);
  if (known === undefined && present.size === 0) return;
  const isSame = known !== undefined && isSameStore(known.kind, kind) && known.present.size === present.size &&
    present.isSubsetOf(known.present);
  if (isSame) return;
  const { layout, files, serializer, blockBytes } = kind;
  const size = blockBytes === undefined ? {} : { block_bytes: blockBytes };
  const description = { format: RECORD_FORMAT, layout, files, serializer, ...size, present: runsOf(present) };
  try {
    replaceFile(`${directory}/${RECORD_NAME}`, encodeDescription(description, "json"), synced);
  } catch {
    // What it would have said is said the next time.
  }
}

function lastingFiles(names: readonly string[]): StoreFileName[] {
  return [...storeFileNames(names).values()].filter(({ temporary }) => !temporary);
}

/** The first and the last number of each run of consecutive ones. */
function runsOf(numbers: ReadonlySet<number>): number[] {
  const runs: number[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    if (runs.at(-1) === number - 1) runs[runs.length - 1] = number;
    else runs.push(number, number);
  }
  return runs;
}

function numbersIn(runs: readonly number[]): Set<number> {
  const numbers = new Set<number>();
  for (let i = 0; i + 1 < runs.length; i += 2) for (let n = runs[i]!; n <= runs[i + 1]!; n++) numbers.add(n);
  return numbers;
}
