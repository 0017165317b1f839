/**
 * Temporary directories, which go away with the process that made them, also where that has no time left to close
 * what uses them.
 *
 * @module
 */
import { PersistError } from "./persist_error.ts";

/** What a directory is called while it is being removed, so that nobody puts anything into it any more. */
const REMOVED_SUFFIX = "-removed";

/** Those of this process that are still there. */
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
 * Removes a temporary directory with all that is in it.
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
 * Removes all temporary directories of this process, as far as that can be done, while other threads may still be
 * writing into them. For a process that quits at once.
 */
export function abandonTemporaryDirectories(): void {
  for (const path of paths) {
    try {
      const removed = path + REMOVED_SUFFIX;
      Deno.renameSync(path, removed);
      Deno.removeSync(removed, { recursive: true });
    } catch {
      // Nobody is left who could do more about it.
    }
  }
  paths.clear();
}
