/**
 * The output directory: who holds it, which shard files are in it, and what becomes of damaged ones.
 *
 * @module
 */
import type { SerializerName } from "../codec/codec.ts";
import { DEVICE_PROBE_NAMES } from "./device_probe.ts";
import { takeLock } from "./directory_lock.ts";
import { markedEngine } from "./engine_marker.ts";
import { syncDirectory } from "./file_io.ts";
import { PersistError, reasonOf } from "./persist_error.ts";
import type { SyncName } from "./policy.ts";
import { parseShardFileName, SET_ASIDE_INFIX, type ShardFileName, type Side, TEMPORARY_SUFFIX } from "./shard_file.ts";
import { removeLeftDirectories, RUN_PREFIX } from "./left_directories.ts";
import { makeTemporaryDirectory, removeTemporaryDirectory } from "./temporary_directory.ts";
import {
  blockFilesIn,
  flagsOf,
  type FoundBlockFile,
  type FoundLogFile,
  isSameStore,
  type LayoutName,
  logFilesIn,
  type StoreFileName,
  storeFileNames,
} from "./store_files.ts";

/** A file that could not be read as a snapshot and was renamed. */
export interface SetAsideFile {
  readonly path: string;
  readonly backupPath: string;
  /** What was wrong with it. */
  readonly reason: string;
}

/** A shard file in the directory. */
export interface FoundShardFile {
  readonly path: string;
  readonly shard: number;
  /** Which of two files it is; absent for a shard's only one. */
  readonly side?: Side;
}

/** What a directory must hold. */
export interface DirectoryOptions {
  /** Path of the directory; a new temporary one when absent. */
  readonly path?: string;
  readonly layout: LayoutName;
  /** Number of files, or of logs. */
  readonly files: number;
  readonly serializer: SerializerName;
  /** Bytes of a block; of a directory of block files alone. */
  readonly blockBytes?: number;
  /** What a new directory must outlive; nothing when absent. */
  readonly sync?: SyncName;
}

/** What the names of files begin with that are created only to find out whether that works. */
const PROBE_PREFIX = "kvlab-probe-";
const PROBE_PATTERN = /^kvlab-probe-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * An output directory, held by this process alone from {@linkcode ShardDirectory.open} to
 * {@linkcode ShardDirectory.close} through a lock on its file `LOCK`.
 */
export class ShardDirectory {
  readonly path: string;
  readonly #options: DirectoryOptions;
  readonly #lock: Deno.FsFile;

  private constructor(path: string, options: DirectoryOptions, lock: Deno.FsFile) {
    this.path = path;
    this.#options = options;
    this.#lock = lock;
  }

  /**
   * Takes hold of a directory, which is created if need be, and removes what a broken replacement or probe left in it.
   *
   * @throws {PersistError} when it cannot be used: not a directory, not writable, in use, or with shard files of
   * another number or serializer; its shard files are untouched then
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
      probeWriting(path);
      for (const [name, parsed] of names) if (parsed.temporary) remove(`${path}/${name}`);
      for (const name of namesIn(path)) {
        if (DEVICE_PROBE_NAMES.includes(name) || PROBE_PATTERN.test(name)) remove(`${path}/${name}`);
      }
    } catch (error) {
      directory.close();
      throw error;
    }
    return directory;
  }

  /** Whether the directory goes away when it is closed. */
  get isTemporary(): boolean {
    return this.#options.path === undefined;
  }

  /** Number of the store's files, without those being made. */
  get fileCount(): number {
    return [...storeFileNames(namesIn(this.path)).values()].filter(({ temporary }) => !temporary).length;
  }

  /** The logs' files that are complete, in the order of their names. */
  logFiles(): FoundLogFile[] {
    return logFilesIn(this.path, namesIn(this.path)).filter(({ temporary }) => !temporary);
  }

  /** The block files that are complete, in their order. */
  blockFiles(): FoundBlockFile[] {
    return blockFilesIn(this.path, namesIn(this.path)).filter(({ temporary }) => !temporary);
  }

  /** The shard files, by shard in ascending order; a shard that alternates has up to two. */
  shardFiles(): FoundShardFile[] {
    return [...shardFileNames(this.path)]
      .map(([name, { shard, side }]) => ({
        path: `${this.path}/${name}`,
        shard,
        ...(side === undefined ? {} : { side }),
      }))
      .sort((a, b) => a.shard - b.shard);
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
   * Copies a file that is damaged in part to `NAME.corrupt-<UTC timestamp>`, as {@linkcode ShardDirectory.setAside} names it.
   *
   * @throws {PersistError} when that fails
   */
  setAsideCopy(path: string, reason: string): SetAsideFile {
    const backupPath = backupPathOf(path);
    const temporary = path + TEMPORARY_SUFFIX;
    try {
      Deno.copyFileSync(path, temporary);
      Deno.renameSync(temporary, backupPath);
    } catch (error) {
      throw new PersistError("set aside", path, error);
    }
    return { path, backupPath, reason };
  }

  /** Lets go of the directory, and removes it if it was a temporary one. */
  close(): void {
    this.#lock.close();
    if (this.isTemporary) removeTemporaryDirectory(this.path);
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
 * The names of all shard files in a directory, temporary ones too, with what they say.
 *
 * @throws {PersistError} when it cannot be read
 */
export function shardFileNames(directory: string): Map<string, ShardFileName> {
  const names = new Map<string, ShardFileName>();
  for (const name of namesIn(directory)) {
    const parsed = parseShardFileName(name);
    if (parsed !== undefined) names.set(name, parsed);
  }
  return names;
}

/**
 * All names in a directory. Its opening, unlike a file's, is not made again by the runtime when a signal interrupts it.
 *
 * @throws {PersistError} when it cannot be read
 */
export function namesIn(directory: string): string[] {
  for (;;) {
    try {
      return Array.from(Deno.readDirSync(directory), ({ name }) => name);
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted)) throw new PersistError("read", directory, error);
    }
  }
}

/** The path without the slashes at its end, unless it is the root. */
export function withoutTrailingSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

/** Creates a directory, and those above it that are missing; at sync levels above none they outlive a power loss. */
export function makeDirectory(path: string, sync: SyncName = "none"): string {
  const directory = withoutTrailingSlashes(path);
  const missing = sync === "none" ? [] : missingDirectories(directory);
  try {
    Deno.mkdirSync(directory, { recursive: true });
  } catch (error) {
    const reason = error instanceof Deno.errors.AlreadyExists ? "it is not a directory" : error;
    throw new PersistError("use", path, reason);
  }
  for (const name of missing) syncDirectory(parentOf(name));
  return directory;
}

/** The directory and those above it that do not exist. */
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

/** Finds out now, not in mid-run, whether files can be created. */
function probeWriting(directory: string): void {
  const path = `${directory}/${PROBE_PREFIX}${crypto.randomUUID()}`;
  try {
    Deno.openSync(path, { write: true, createNew: true }).close();
    Deno.removeSync(path);
  } catch (error) {
    throw new PersistError("use", directory, `it is not writable: ${reasonOf(error)}`);
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    throw new PersistError("remove", path, error);
  }
}

/** Where a damaged file is set aside. */
function backupPathOf(path: string): string {
  return freePath(`${path}${SET_ASIDE_INFIX}${new Date().toISOString().replaceAll(/[-:]/g, "")}`);
}

/** The path, or else the path with the first number behind it that is not taken. */
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
