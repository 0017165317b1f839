/**
 * Tells which files of a store are gone: by the others, and by the record of them in the file `STORE`, which says what
 * snapshots, block files and logs there were when the store was opened last, or came to an orderly end. So one that is
 * gone is told from one that was never written.
 *
 * The record is a description in JSON (see `codec/description.ts`):
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode RECORD_FORMAT} |
 * | `layout`, `files`, `serializer`, `block_bytes` | the kind of store; the last only of block files |
 * | `present` | the first and the last number of each run of files that were there |
 * | `marks` | what the layout keeps of each of these (`LayoutModule.markOf`), and of how many in turn; if it does |
 *
 * It is replaced as a whole, by renaming, after the files that it lists have been created. A journaling file system
 * brings a directory's changes to the device in order, so after a power loss, too, it lists none that never was there.
 *
 * @module
 */
import { SERIALIZER_NAMES, type SerializerName } from "../codec/codec.ts";
import { encodeDescription, readDescription } from "../codec/description.ts";
import { checkRegular, lookAt, readWholeFile, replaceFile } from "../system/file_io.ts";
import type { StoreKind } from "../persist/layout/layout_module.ts";
import { LAYOUT_NAMES, type LayoutName, layoutOf } from "../persist/layout/layouts.ts";
import { PersistError } from "../system/persist_error.ts";
import {
  isSameStore,
  parseSetAsideName,
  parseStoreFileName,
  SET_ASIDE_INFIX,
  stemOf,
  type StoreFileName,
  storeFileNames,
} from "./store_files.ts";

/** Name of the record. */
export const RECORD_NAME = "STORE";

/** The `format` member of every record. */
const RECORD_FORMAT = "kvlab-store/1";

/**
 * A kind of store, and which of its files there are: by number, with the layout's mark, which is 0 if none is known.
 */
export interface StoreRecord {
  readonly kind: StoreKind;
  readonly present: ReadonlyMap<number, number>;
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
  const { layout, files, serializer, block_bytes: blockBytes, present, marks } = description;
  const isKind = LAYOUT_NAMES.includes(layout as LayoutName) && SERIALIZER_NAMES.includes(serializer as SerializerName);
  if (!isKind || typeof files !== "number" || !Array.isArray(present)) return undefined;
  const kind = {
    layout: layout as LayoutName,
    files,
    serializer: serializer as SerializerName,
    ...(typeof blockBytes === "number" ? { blockBytes } : {}),
  };
  const numbers = numbersIn(present.map(Number));
  const known = Array.isArray(marks) ? valuesIn(marks.map(Number)) : [];
  return { kind, present: new Map(numbers.map((number, i) => [number, known[i] ?? 0])) };
}

const WITHOUT_RECORD = `remove ${RECORD_NAME} to go on without`;

/** What is gone from a part of a store. */
export interface Gone {
  /** What it is, and how that is known, as a clause. */
  readonly what: string;
  /** How to go on without. */
  readonly remedy: string;
}

/**
 * What is gone from a part of a store; `undefined` if nothing is, as far as is known.
 *
 * @param names of the part's files, as {@linkcode partNames} gives them
 * @param record of the directory, if it has one
 */
export function goneFrom(
  kind: StoreKind,
  index: number,
  { names, record }: { readonly names: readonly string[]; readonly record: StoreRecord | undefined },
): Gone | undefined {
  const mark = record !== undefined && isSameStore(record.kind, kind) ? record.present.get(index) : undefined;
  const layout = layoutOf(kind.layout);
  const stem = stemOf(kind, index);
  const isAll = names.length === 0 && mark !== undefined;
  const gone = isAll ? { name: stem, because: undefined } : layout.goneFrom?.(names, mark ?? 0);
  if (gone === undefined) return undefined;
  const { name, because } = gone;
  return because === undefined
    ? { what: `${name} is gone, which ${RECORD_NAME} lists`, remedy: WITHOUT_RECORD }
    : { what: `${name} is gone, though ${because}`, remedy: `move away what is left of ${stem}` };
}

/** The names of each part's files that are there, by its number, and of those that were before they were set aside. */
export function partNames(names: readonly string[], kind: StoreKind): Map<number, string[]> {
  const parts = new Map<number, string[]>();
  for (const name of names) {
    const whole = parseStoreFileName(name);
    const parsed = whole ?? parseSetAsideName(name);
    if (parsed === undefined || parsed.temporary || !isSameStore(parsed, kind)) continue;
    const known = parts.get(parsed.index) ?? [];
    known.push(whole === undefined ? name.slice(0, name.indexOf(SET_ASIDE_INFIX)) : name);
    parts.set(parsed.index, known);
  }
  return parts;
}

/**
 * Refuses a directory in which a file of the store is gone: to go on without it would hide that.
 *
 * @param names all names in the directory
 * @param kind the store to be opened; absent if the directory must not hold one
 * @throws {PersistError} when a file that its record lists is neither there nor set aside, or a part's other files tell
 * that one is missing
 */
export function checkFiles(directory: string, names: readonly string[], kind?: StoreKind): void {
  const record = readStoreRecord(directory);
  const gone = (record === undefined ? undefined : goneParts(record, names)) ??
    (kind === undefined ? undefined : goneFromAny(kind, { names, record }));
  if (gone === undefined) return;
  throw new PersistError("use", directory, `${gone.what}; put back what is missing, or ${gone.remedy}`);
}

/** Whole parts that are gone. */
function goneParts({ kind, present }: StoreRecord, names: readonly string[]): Gone | undefined {
  const [gone, ...others] = new Set(present.keys()).difference(partNames(names, kind));
  if (gone === undefined) return undefined;
  const which = others.length === 0 ? "is gone" : `and ${others.length} more are gone`;
  return {
    what: `${stemOf(kind, gone)} ${which}, which ${RECORD_NAME} lists`,
    remedy: WITHOUT_RECORD,
  };
}

/** What is gone from the first part from which something is. */
function goneFromAny(
  kind: StoreKind,
  { names, record }: { readonly names: readonly string[]; readonly record: StoreRecord | undefined },
): Gone | undefined {
  for (const [index, ofPart] of partNames(names, kind)) {
    const gone = goneFrom(kind, index, { names: ofPart, record });
    if (gone !== undefined) return gone;
  }
  return undefined;
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
  const lasting = Map.groupBy(lastingFiles(names), ([, { index }]) => index);
  const { markOf } = layoutOf(kind.layout);
  const present = new Map(
    [...lasting].map(([index, files]) => [index, markOf?.(files.map(([name]) => name)) ?? 0] as const)
      .sort(([a], [b]) => a - b),
  );
  const known = readStoreRecord(directory);
  if (known === undefined && present.size === 0) return;
  const isSame = known !== undefined && isSameStore(known.kind, kind) && known.present.size === present.size &&
    [...present].every(([index, mark]) => known.present.get(index) === mark);
  if (isSame) return;
  const { layout, files, serializer, blockBytes } = kind;
  const size = blockBytes === undefined ? {} : { block_bytes: blockBytes };
  const marks = markOf === undefined ? {} : { marks: countsOf([...present.values()]) };
  const runs = runsOf([...present.keys()]);
  const description = { format: RECORD_FORMAT, layout, files, serializer, ...size, present: runs, ...marks };
  try {
    replaceFile(`${directory}/${RECORD_NAME}`, encodeDescription(description, "json"), synced);
  } catch {
    // What it would have said is said the next time.
  }
}

function lastingFiles(names: readonly string[]): [string, StoreFileName][] {
  return [...storeFileNames(names)].filter(([, { temporary }]) => !temporary);
}

/** The first and the last number of each run of consecutive ones. */
function runsOf(ascending: readonly number[]): number[] {
  const runs: number[] = [];
  for (const number of ascending) {
    if (runs.at(-1) === number - 1) runs[runs.length - 1] = number;
    else runs.push(number, number);
  }
  return runs;
}

function numbersIn(runs: readonly number[]): number[] {
  const numbers: number[] = [];
  for (let i = 0; i + 1 < runs.length; i += 2) for (let n = runs[i]!; n <= runs[i + 1]!; n++) numbers.push(n);
  return numbers;
}

/** Each value, and how many times it comes in turn. */
function countsOf(values: readonly number[]): number[] {
  const counts: number[] = [];
  for (const value of values) {
    if (counts.at(-2) === value) counts[counts.length - 1]!++;
    else counts.push(value, 1);
  }
  return counts;
}

function valuesIn(counts: readonly number[]): number[] {
  const values: number[] = [];
  for (let i = 0; i + 1 < counts.length; i += 2) for (let n = 0; n < counts[i + 1]!; n++) values.push(counts[i]!);
  return values;
}
