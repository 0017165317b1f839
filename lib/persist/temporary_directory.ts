/**
 * Temporary directories, which are removed with the process that made them, even if it has no time left to close what
 * uses them.
 *
 * @module
 */
import { PersistError } from "./persist_error.ts";

/** Suffix of a directory while it is being removed, so that nobody puts anything else into it. */
const REMOVED_SUFFIX = "-removed";

/** This process's temporary directories that still exist. */
const paths = new Set<string>();

/**
 * Makes a new, empty directory that only this user can enter.
 *
 * @param prefix how its name begins
 * @throws {PersistError} when that fails
 */
export function makeTemporaryDirectory(prefix: string): string {
  try {
    const path = Deno.makeTempDirSync({ prefix });
    paths.add(path);
    return path;
  } catch (error) {
    throw new PersistError("create", "a temporary directory", error);
  }
}

/**
 * Removes a temporary directory and everything in it.
 *
 * @throws {PersistError} when that fails
 */
export function removeTemporaryDirectory(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
    paths.delete(path);
  } catch (error) {
    throw new PersistError("remove", path, error);
  }
}

/**
 * Removes all temporary directories of this process as best it can, while other threads may still be writing into them.
 * For a process that is about to exit.
 */
export function abandonTemporaryDirectories(): void {
  for (const path of paths) {
    try {
      const removed = path + REMOVED_SUFFIX;
      Deno.renameSync(path, removed);
      Deno.removeSync(removed, { recursive: true });
    } catch {
      // Nothing more can be done about it.
    }
  }
  paths.clear();
}
