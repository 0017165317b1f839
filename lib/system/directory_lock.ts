/**
 * The directory's lock: a lock on its file `LOCK`, exclusive for whoever writes into the directory, shared for those
 * who only read. The system releases it when its holder dies.
 *
 * @module
 */
import { checkRegular, lookAt, openFile, openOwnFile, readAt, writeAll } from "./file_io.ts";
import { PersistError } from "./persist_error.ts";

/** Name of the lock file. */
export const LOCK_NAME = "LOCK";

/**
 * Locks a directory for writing. The lock file, created if necessary, names this process from then on.
 *
 * @returns the lock, held until it is closed
 * @throws {PersistError} when another process has locked the directory, or the lock file cannot be used
 */
export function takeLock(directory: string): Deno.FsFile {
  const path = `${directory}/${LOCK_NAME}`;
  const file = openOwnFile(path);
  try {
    checkOurs(file, path);
    lockForWriting(file, directory);
    file.truncateSync();
    file.seekSync(0, Deno.SeekMode.Start);
    writeAll(file, path, new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file.close();
    throw error instanceof PersistError ? error : new PersistError("lock", path, error);
  }
  return file;
}

/** How much of a lock file is read: more than a process number takes. */
const LOOKED_AT_BYTES = 32;

/**
 * A power loss may leave zeros of a file that is never synced.
 *
 * @throws {PersistError} when the file is some other program's: neither empty nor a process number
 */
function checkOurs(file: Deno.FsFile, path: string): void {
  const bytes = new Uint8Array(LOOKED_AT_BYTES);
  const length = readAt(file, path, 0, bytes);
  if (/^\d*\n?\0*$/.test(new TextDecoder().decode(bytes.subarray(0, length)))) return;
  throw new PersistError("use", path, "it is not kvlab's; remove it, or give another directory");
}

function lockForWriting(file: Deno.FsFile, directory: string): void {
  if (file.tryLockSync(true)) return;
  if (!file.tryLockSync(false)) throw new PersistError("use", directory, `it is locked by ${holderOf(directory)}`);
  // Only readers hold it, which the lock file does not name; or its holder has just released it.
  if (!file.tryLockSync(true)) throw new PersistError("use", directory, "it is being read by another kvlab");
}

/**
 * Locks a directory for reading, so that no other kvlab starts writing into it meanwhile. Creates and changes nothing:
 * a directory without a lock file has never been written to, and stays unlocked.
 *
 * @returns the lock, held until it is closed; `undefined` when there is no lock file
 * @throws {PersistError} when a process is writing into the directory, or the lock file cannot be opened
 */
export function takeReadLock(directory: string): Deno.FsFile | undefined {
  const path = `${directory}/${LOCK_NAME}`;
  const found = lookAt(path);
  if (found === undefined) return undefined;
  checkRegular(path, found);
  const file = openFile(path, { read: true });
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
