/**
 * Room of the file operations: each fails with a {@linkcode PersistError} that names the path.
 *
 * @module
 */
import { PersistError } from "./persist_error.ts";

/** Opens a file. */
export function openFile(path: string, options: Deno.OpenOptions): Deno.FsFile {
  try {
    return Deno.openSync(path, options);
  } catch (error) {
    throw new PersistError(options.createNew ? "create" : "open", path, error);
  }
}

/** Writes all bytes at the file's position: a single write may write fewer, or be interrupted by a signal. */
export function writeAll(file: Deno.FsFile, path: string, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    try {
      const written = file.writeSync(done === 0 ? bytes : bytes.subarray(done));
      if (written === 0) throw new Error(`the file takes no more than ${done} of ${bytes.length} bytes`);
      done += written;
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted)) throw new PersistError("write", path, error);
    }
  }
}

/** Replaces the content of an open file in place: writes from the start, then cuts off what is left of the old. */
export function overwrite(file: Deno.FsFile, path: string, bytes: Uint8Array, previousLength: number): void {
  try {
    file.seekSync(0, Deno.SeekMode.Start);
  } catch (error) {
    throw new PersistError("seek", path, error);
  }
  writeAll(file, path, bytes);
  if (bytes.length >= previousLength) return;
  try {
    file.truncateSync(bytes.length);
  } catch (error) {
    throw new PersistError("truncate", path, error);
  }
}

/** Waits until the file's data is on the device (fdatasync). A failure is final for this descriptor: never retry. */
export function syncData(file: Deno.FsFile, path: string): void {
  try {
    file.syncDataSync();
  } catch (error) {
    throw new PersistError("sync", path, error);
  }
}

/** Waits until the data of a file that is not open is on the device (fdatasync). */
export function syncFile(path: string): void {
  const file = openFile(path, { read: true });
  try {
    syncData(file, path);
  } finally {
    file.close();
  }
}

/** Waits until a directory's entries are on the device (fsync). */
export function syncDirectory(path: string): void {
  const directory = openFile(path, { read: true });
  try {
    directory.syncSync();
  } catch (error) {
    throw new PersistError("sync", path, error);
  } finally {
    directory.close();
  }
}

/** Renames a file over another. */
export function renameOver(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    throw new PersistError("rename", `${from} to ${to}`, error);
  }
}

/** Removes what a failed operation leaves; that operation's failure is the one to report. */
export function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // The next opening of the directory removes it.
  }
}
