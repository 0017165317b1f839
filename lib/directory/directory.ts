/**
 * The output directory: who holds it, which files are in it, and what happens to damaged ones.
 *
 * @module
 */
import type { SerializerName } from "../codec/codec.ts";
import { isProbeName, probeWriting } from "./device_probe.ts";
import { takeLock } from "../system/directory_lock.ts";
import { markedEngine } from "./engine_marker.ts";
import { entriesIn, removeFile, syncDirectory, syncFile, TEMPORARY_SUFFIX } from "../system/file_io.ts";
import { PersistError } from "../system/persist_error.ts";
import { isSynced, type SyncName } from "../persist/durability.ts";
import type { HeldDirectory, SetAsideFile, StoreKind } from "../persist/layout/layout_module.ts";
import type { LayoutName } from "../persist/layout/layouts.ts";
import { removeLeftDirectories, RUN_PREFIX } from "./left_directories.ts";
import { makeTemporaryDirectory, removeTemporaryDirectory } from "../system/temporary_directory.ts";
import { afterFailureSync } from "../sync/clean_up.ts";
import {
  flagsOf,
  isSameStore,
  kindOfFile,
  SET_ASIDE_INFIX,
  type StoreFileName,
  storeFileNames,
} from "./store_files.ts";
import { checkFiles, RECORD_NAME, recordFiles } from "./store_record.ts";

/** What a directory must hold. */
export interface DirectoryOptions {
  /** Path of the directory; a new temporary one when absent. */
  readonly path?: string;
  readonly layout: LayoutName;
  /** Number of files, or of logs. */
  readonly files: number;
  readonly serializer: SerializerName;
  /** Bytes of a block; only for a directory of block files. */
  readonly blockBytes?: number;
  /** The sync level, which decides whether a new directory survives a power loss; `none` when absent. */
  readonly sync?: SyncName;
}

/**
 * An output directory. From {@linkcode ShardDirectory.open} to {@linkcode ShardDirectory.close}, this process alone
 * holds it, through a lock on its file `LOCK`.
 */
export class ShardDirectory implements HeldDirectory {
  readonly path: string;
  readonly #options: DirectoryOptions;
  readonly #lock: Deno.FsFile;

  private constructor(path: string, options: DirectoryOptions, lock: Deno.FsFile) {
    this.path = path;
    this.#options = options;
    this.#lock = lock;
  }

  /**
   * Locks a directory, creating it if necessary, and removes what an interrupted replacement or probe left in it.
   *
   * @throws {PersistError} when it cannot be used: it is not a directory, is not writable, is in use, holds files of
   * another store, or lacks some that were there; its files are then untouched
   */
  static open(options: DirectoryOptions): ShardDirectory {
    const path = options.path === undefined
      ? makeTemporaryDirectory(RUN_PREFIX)
      : makeDirectory(options.path, options.sync);
    if (options.path === undefined) removeLeftDirectories(path);
    const lock = takeLock(path);
    const directory = new ShardDirectory(path, options, lock);
    try {
      const engine = markedEngine(path);
      if (engine !== undefined) throw new PersistError("use", path, `it holds a store of ${engine}`);
      const names = storeFileNames(namesIn(path));
      directory.#checkNames(names);
      checkFiles(path, namesIn(path), directory.#kind);
      probeWriting(path);
      removeFile(`${path}/${RECORD_NAME}${TEMPORARY_SUFFIX}`);
      for (const [name, parsed] of names) if (parsed.temporary) remove(`${path}/${name}`);
      for (const name of namesIn(path)) if (isProbeName(name)) remove(`${path}/${name}`);
    } catch (error) {
      afterFailureSync(() => directory.close());
      throw error;
    }
    return directory;
  }

  /** Whether the directory is removed when it is closed. */
  get isTemporary(): boolean {
    return this.#options.path === undefined;
  }

  /** Number of the store's files, not counting incomplete ones. */
  get fileCount(): number {
    return this.fileNames().length;
  }

  fileNames(): string[] {
    return [...storeFileNames(namesIn(this.path))].filter(([, { temporary }]) => !temporary).map(([name]) => name)
      .sort();
  }

  /**
   * Renames a damaged shard file to `NAME.corrupt-<UTC timestamp>`.
   *
   * @throws {PersistError} when that fails
   */
  setAside(path: string, reason: string): SetAsideFile {
    const backupPath = backupPathOf(path);
    try {
      Deno.renameSync(path, backupPath);
    } catch (error) {
      throw new PersistError("set aside", path, error);
    }
    return { path, backupPath, reason };
  }

  /**
   * Copies a partly damaged file to `NAME.corrupt-<UTC timestamp>`, the name that {@linkcode ShardDirectory.setAside}
   * would give it. At sync levels above none, the copy survives a power loss: what it is a copy of is repaired next.
   *
   * @throws {PersistError} when that fails
   */
  setAsideCopy(path: string, reason: string): SetAsideFile {
    const backupPath = backupPathOf(path);
    const temporary = path + TEMPORARY_SUFFIX;
    const synced = isSynced(this.#options.sync);
    try {
      Deno.copyFileSync(path, temporary);
      if (synced) syncFile(temporary);
      Deno.renameSync(temporary, backupPath);
      if (synced) syncDirectory(this.path);
    } catch (error) {
      throw new PersistError("set aside", path, error);
    }
    return { path, backupPath, reason };
  }

  /** Records which files there are; {@linkcode recordFiles}. */
  recordFiles(): void {
    if (this.isTemporary) return;
    const { sync = "none" } = this.#options;
    recordFiles(this.path, this.#kind, { names: namesIn(this.path), synced: isSynced(sync) });
  }

  /** Releases the directory, and removes it if it was a temporary one. */
  close(): void {
    this.#lock.close();
    if (this.isTemporary) removeTemporaryDirectory(this.path);
  }

  get #kind(): StoreKind {
    const { layout, files, serializer, blockBytes } = this.#options;
    return kindOfFile({ layout, files, serializer, ...(blockBytes === undefined ? {} : { blockBytes }) });
  }

  #checkNames(names: ReadonlyMap<string, StoreFileName>): void {
    const wanted = this.#options;
    for (const [name, found] of names) {
      if (found.temporary || isSameStore(found, wanted)) continue;
      const withLayout = found.layout !== wanted.layout;
      throw new PersistError(
        "use",
        this.path,
        `it holds ${name}, which goes with ${flagsOf(found, withLayout)}, not with ${flagsOf(wanted, withLayout)}`,
      );
    }
  }
}

/**
 * All names in a directory.
 *
 * @throws {PersistError} when it cannot be read
 */
export function namesIn(directory: string): string[] {
  return entriesIn(directory).map(({ name }) => name);
}

/** The path without trailing slashes, unless it is the root. */
export function withoutTrailingSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

/** Creates a directory and its missing parents; at sync levels above none, they survive a power loss. */
export function makeDirectory(path: string, sync: SyncName = "none"): string {
  const directory = withoutTrailingSlashes(path);
  const missing = isSynced(sync) ? missingDirectories(directory) : [];
  try {
    Deno.mkdirSync(directory, { recursive: true });
  } catch (error) {
    const reason = error instanceof Deno.errors.AlreadyExists ? "it is not a directory" : error;
    throw new PersistError("use", path, reason);
  }
  for (const name of missing) syncDirectory(parentOf(name));
  return directory;
}

/** Those of the directory and its parents that do not exist. */
function missingDirectories(path: string): string[] {
  const missing: string[] = [];
  for (let name = path; !exists(name); name = parentOf(name)) missing.push(name);
  return missing;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return path === "." || path === "/";
  }
}

function parentOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : withoutTrailingSlashes(path.slice(0, end)) || "/";
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    throw new PersistError("remove", path, error);
  }
}

/** The path to which a damaged file is set aside. */
function backupPathOf(path: string): string {
  return freePath(`${path}${SET_ASIDE_INFIX}${new Date().toISOString().replaceAll(/[-:]/g, "")}`);
}

/** The path, or if that is taken, the path followed by the first number that is not. */
function freePath(path: string): string {
  for (let attempt = 0;; attempt++) {
    const candidate = attempt === 0 ? path : `${path}-${attempt}`;
    try {
      Deno.lstatSync(candidate);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return candidate;
      throw new PersistError("look for", candidate, error);
    }
  }
}
