/**
 * Temporary directories, which are removed with the process that made them, even if it has no time left to close what
 * uses them.
 *
 * @module
 */
import { afterFailureSync } from "../sync/clean_up.ts";
import { lookAt, openFile } from "./file_io.ts";
import { releaseDisk } from "./left_disks.ts";
import { PersistError } from "./persist_error.ts";

/** Suffix of a directory while it is being removed, so that nobody puts anything else into it. */
const REMOVED_SUFFIX = "-removed";

/** The file in a directory that its owner has locked for as long as it lives. */
const OWNER_NAME = "OWNER";

/** This process's temporary directories that still exist, each with its lock if it has one. */
const locks = new Map<string, Deno.FsFile | undefined>();

/**
 * Makes a new, empty directory that only this user can enter.
 *
 * @param prefix how its name begins
 * @throws {PersistError} when that fails
 */
export function makeTemporaryDirectory(prefix: string): string {
  try {
    const path = Deno.makeTempDirSync({ prefix });
    locks.set(path, undefined);
    return path;
  } catch (error) {
    throw new PersistError("create", "a temporary directory", error);
  }
}

/**
 * Makes a temporary directory that others can see to belong to this process, for as long as it lives: whatever is in it
 * may be removed afterwards.
 *
 * @param prefix how its name begins
 * @throws {PersistError} when that fails
 */
export function makeOwnedDirectory(prefix: string): string {
  const path = makeTemporaryDirectory(prefix);
  try {
    // It gets its name once it is locked, so that nobody finds it unlocked.
    const unlocked = `${path}/${OWNER_NAME}-${crypto.randomUUID()}`;
    const lock = openFile(unlocked, { write: true, createNew: true });
    locks.set(path, lock);
    if (!lock.tryLockSync(true)) throw new Error("its lock is taken");
    Deno.renameSync(unlocked, `${path}/${OWNER_NAME}`);
    return path;
  } catch (error) {
    afterFailureSync(() => removeTemporaryDirectory(path));
    throw new PersistError("lock", path, error);
  }
}

/**
 * Takes over a directory whose owner has died.
 *
 * @returns its lock, to be closed when the directory has been removed; `undefined` if it never had an owner or its
 * owner is alive
 */
export function takeFromDeadOwner(path: string): Deno.FsFile | undefined {
  if (locks.has(path)) return undefined;
  const name = `${path}/${OWNER_NAME}`;
  if (lookAt(name)?.isFile !== true) return undefined;
  const lock = openFile(name, { write: true });
  if (lock.tryLockSync(true)) return lock;
  lock.close();
  return undefined;
}

/**
 * Removes a temporary directory and everything in it.
 *
 * @throws {PersistError} when that fails
 */
export function removeTemporaryDirectory(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
    locks.get(path)?.close();
    locks.delete(path);
  } catch (error) {
    throw new PersistError("remove", path, error);
  }
}

/**
 * Removes all temporary directories of this process as best it can, while other threads may still be writing into them.
 * For a process that is about to exit.
 */
export function abandonTemporaryDirectories(): void {
  for (const [path, lock] of locks) {
    try {
      if (lock !== undefined) releaseDisk(path);
      const removed = path + REMOVED_SUFFIX;
      Deno.renameSync(path, removed);
      Deno.removeSync(removed, { recursive: true });
    } catch {
      // Nothing more can be done about it.
    }
  }
  locks.clear();
}
