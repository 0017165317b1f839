/**
 * A directory as it is on disk, and the store that its files belong to. Nothing in it is touched.
 *
 * @module
 */
import { namesIn, withoutTrailingSlashes } from "../directory/directory.ts";
import { takeReadLock } from "../system/directory_lock.ts";
import type { ReadDirectory, StoreKind } from "../persist/layout/layout_module.ts";
import { layoutOf } from "../persist/layout/layouts.ts";
import { PersistError } from "../system/persist_error.ts";
import {
  flagsOf,
  isSameStore,
  kindOfFile,
  parseSetAsideName,
  type StoreFileName,
  storeFileNames,
} from "../directory/store_files.ts";
import { markedEngine } from "../directory/engine_marker.ts";
import { goneFrom, partNames, readStoreRecord, type StoreRecord } from "../directory/store_record.ts";
import type { Part } from "../persist/layout/part.ts";

/** How to read a directory. */
export interface ReadingOptions {
  /** Whether to read it even while a running kvlab has it locked. */
  readonly forceRead: boolean;
}

/**
 * A directory with the files of one store. While it is open, no kvlab can start writing into it, unless it was forced
 * open. Nothing in it is created, changed, renamed or removed.
 */
export class StoredDirectory implements ReadDirectory, Disposable {
  readonly path: string;
  /** The kind of store that the files belong to. */
  readonly kind: StoreKind;
  /**
   * The names of that store's files, including those being made, sorted. Temporary files of other stores are left out.
   */
  readonly names: readonly string[];
  /** The damaged files that were set aside earlier, sorted. */
  readonly setAsideNames: readonly string[];
  readonly #record: StoreRecord | undefined;
  readonly #partNames: ReadonlyMap<number, readonly string[]>;
  readonly #lock: Deno.FsFile | undefined;

  private constructor(path: string, lock: Deno.FsFile | undefined) {
    const all = namesIn(path).sort();
    const found = storeFileNames(all);
    const record = readStoreRecord(path);
    const kind = kindOf(path, found, record);
    this.path = path;
    this.kind = kind;
    this.names = [...found].filter(([, file]) => isSameStore(file, kind)).map(([name]) => name);
    this.setAsideNames = all.filter((name) => parseSetAsideName(name) !== undefined);
    this.#record = record;
    this.#partNames = partNames(all, kind);
    this.#lock = lock;
  }

  /**
   * Opens a directory for reading.
   *
   * @throws {PersistError} when it is not a directory, a running kvlab has it locked, or its files are not those of
   * exactly one store
   */
  static open(directory: string, { forceRead }: ReadingOptions): StoredDirectory {
    const path = withoutTrailingSlashes(directory);
    checkDirectory(path);
    const lock = forceRead ? undefined : takeReadLock(path);
    try {
      return new StoredDirectory(path, lock);
    } catch (error) {
      lock?.close();
      throw error;
    }
  }

  get shards(): number {
    const { layout, files } = this.kind;
    return files * layoutOf(layout).shardsPerFile(files);
  }

  /** Whether it has a record of its files. */
  get hasRecord(): boolean {
    return this.#record !== undefined;
  }

  /** What is gone from a shard, block file or log, as far as is known; `undefined` if nothing is. */
  goneFrom(index: number): string | undefined {
    return goneFrom(this.kind, index, { names: this.#partNames.get(index) ?? [], record: this.#record })?.what;
  }

  [Symbol.dispose](): void {
    this.#lock?.close();
  }
}

function checkDirectory(path: string): void {
  let isDirectory: boolean;
  try {
    ({ isDirectory } = Deno.statSync(path));
  } catch (error) {
    throw new PersistError("read", path, error);
  }
  if (!isDirectory) throw new PersistError("read", path, "it is not a directory");
}

/**
 * The one store that all files belong to. Temporary files, which are never loaded, only count if there are no others.
 */
function kindOf(
  path: string,
  names: ReadonlyMap<string, StoreFileName>,
  record: StoreRecord | undefined,
): StoreKind {
  const kinds = new Map<string, { readonly kind: StoreKind; readonly example: string; count: number }>();
  const lasting = [...names].filter(([, { temporary }]) => !temporary);
  const layouts = new Set([...names.values()].map(({ layout }) => layout));
  for (const [name, file] of lasting.length > 0 ? lasting : names) {
    const flags = flagsOf(file, layouts.size > 1);
    const known = kinds.get(flags);
    if (known === undefined) kinds.set(flags, { kind: kindOfFile(file), example: name, count: 1 });
    else known.count++;
  }
  const [found] = kinds.values();
  if (found === undefined) {
    // All of its files are gone.
    if (record !== undefined) return record.kind;
    const engine = markedEngine(path);
    const content = engine === undefined
      ? "no shard files, block files or logs"
      : `a store of ${engine}, which inspect and export do not read`;
    throw new PersistError("read", path, `it holds ${content}`);
  }
  if (kinds.size > 1) {
    const list = Array.from(kinds, ([flags, { count, example }]) => `${count} of ${flags} (such as ${example})`);
    throw new PersistError("read", path, `it holds a mixture of files: ${list.join(", ")}`);
  }
  return found.kind;
}

/**
 * Reads one part after another, in ascending order. One of which something is gone that was not even set aside, as far
 * as is known, does not hold everything that was written to it.
 */
export function* partsOf(directory: StoredDirectory): Generator<Part> {
  for (const part of layoutOf(directory.kind.layout).parts(directory)) {
    const gone = directory.goneFrom(part.index);
    yield gone === undefined ? part : { ...part, isUnreadable: true, gone };
  }
}
