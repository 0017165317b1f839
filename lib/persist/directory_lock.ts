/**
 * Room of the directory's lock: a lock on its file `LOCK`, exclusive for whoever writes into the directory, shared for
 * those who only read. The system lets go of it when its holder dies.
 *
 * @module
 */
import { writeAll } from "./file_io.ts";
import { PersistError } from "./persist_error.ts";

const LOCK_NAME = "LOCK";

/**
 * Locks a directory for writing. The lock file, created if need be, names this process from then on.
 *
 * @returns the lock, held until it is closed
 * @throws {PersistError} when another process has the directory, or the lock file cannot be used
 */
export function takeLock(directory: string): Deno.FsFile {
  const path = `${directory}/${LOCK_NAME}`;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    throw new PersistError("open", path, error);
  }
  try {
    lockForWriting(file, directory);
    file.truncateSync();
    writeAll(file, path, new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file.close();
    throw error instanceof PersistError ? error : new PersistError("lock", path, error);
  }
  return file;
}

function lockForWriting(file: Deno.FsFile, directory: string): void {
  if (file.tryLockSync(true)) return;
  if (!file.tryLockSync(false)) throw new PersistError("use", directory, `it is locked by ${holderOf(directory)}`);
  // Only readers have it, whom the lock file does not name; or whoever had it has just let go.
  if (!file.tryLockSync(true)) throw new PersistError("use", directory, "it is being read by another kvlab");
}

/**
 * Locks a directory for reading, so that no kvlab begins to write into it meanwhile. Creates and changes nothing: a
 * directory without a lock file has never been written to, and stays unlocked.
 *
 * @returns the lock, held until it is closed; `undefined` when there is no lock file
 * @throws {PersistError} when a process writes into the directory, or the lock file cannot be opened
 */
export function takeReadLock(directory: string): Deno.FsFile | undefined {
  const path = `${directory}/${LOCK_NAME}`;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new PersistError("open", path, error);
  }
  try {
    if (!file.tryLockSync(false)) throw new PersistError("read", directory, `it is locked by ${holderOf(directory)}`);
  } catch (error) {
    file.close();
    throw error instanceof PersistError ? error : new PersistError("lock", path, error);
  }
  return file;
}

function holderOf(directory: string): string {
  try {
    const pid = Deno.readTextFileSync(`${directory}/${LOCK_NAME}`).trim();
    return /^\d+$/.test(pid) ? `another kvlab, process ${pid}` : "another kvlab";
  } catch {
    return "another kvlab";
  }
}
