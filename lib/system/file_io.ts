/**
 * File operations that fail with a {@linkcode PersistError} that names the path.
 *
 * @module
 */
import { PersistError } from "./persist_error.ts";

/** Suffix of a temporary file that, once it is complete, is renamed to the name without it. */
export const TEMPORARY_SUFFIX = ".tmp";

export function openFile(path: string, options: Deno.OpenOptions): Deno.FsFile {
  try {
    return Deno.openSync(path, options);
  } catch (error) {
    throw new PersistError(options.createNew ? "create" : "open", path, error);
  }
}

/**
 * Opens a file in one of our directories for reading and writing, creating it if it does not exist. It must be a
 * regular file, so that we never write through a link that someone else put there, and never block on a pipe or device.
 */
export function openOwnFile(path: string): Deno.FsFile {
  const created = lookAt(path) === undefined ? createOwnFile(path) : undefined;
  return created ?? openExistingFile(path);
}

/** Opens a file in one of our directories like {@linkcode openOwnFile}, but creates none. */
export function openExistingFile(path: string): Deno.FsFile {
  const found = lookAt(path);
  if (found === undefined) throw new PersistError("open", path, "it has been removed meanwhile");
  checkRegular(path, found);
  const file = openFile(path, { read: true, write: true });
  try {
    const opened = file.statSync();
    if (opened.ino === found.ino && opened.dev === found.dev) return file;
  } catch (error) {
    file.close();
    throw new PersistError("look at", path, error);
  }
  file.close();
  throw new PersistError("open", path, "another file has taken its place meanwhile");
}

/** Creates a file; `undefined` if another process has just done so. */
function createOwnFile(path: string): Deno.FsFile | undefined {
  try {
    return openFile(path, { read: true, write: true, createNew: true });
  } catch (error) {
    if (error instanceof PersistError && error.cause instanceof Deno.errors.AlreadyExists) return undefined;
    throw error;
  }
}

/** @throws {PersistError} when what is there is not a regular file: a link, a directory, a pipe, a device */
export function checkRegular(path: string, { isFile, isSymlink, isDirectory, isFifo, isSocket }: Deno.FileInfo): void {
  if (isFile) return;
  const kind = isSymlink ? "link" : isDirectory ? "directory" : isFifo ? "pipe" : isSocket ? "socket" : "device";
  throw new PersistError("open", path, `it is a ${kind}, must be a regular file`);
}

/** What is at the path itself, without following links; `undefined` when nothing is. */
export function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new PersistError("look at", path, error);
  }
}

/** How many bytes an open file holds. */
export function lengthOf(file: Deno.FsFile, path: string): number {
  try {
    return file.statSync().size;
  } catch (error) {
    throw new PersistError("look at", path, error);
  }
}

/** @throws {PersistError} when a file that this process alone has written has not the length that it wrote */
export function checkLength(path: string, bytes: number): void {
  const found = lookAt(path);
  if (found === undefined) throw new PersistError("finish", path, "it has been removed meanwhile");
  if (found.size === bytes) return;
  throw new PersistError("finish", path, `it has ${found.size} bytes, must have the ${bytes} that were written`);
}

/** Writes all bytes at the file's position: a single write may be short, or interrupted by a signal. */
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

export function seekTo(file: Deno.FsFile, path: string, position: number): void {
  try {
    file.seekSync(position, Deno.SeekMode.Start);
  } catch (error) {
    throw new PersistError("seek", path, error);
  }
}

/** Fills `out` from an open file, starting at `position`; returns how many bytes there were. */
export function readAt(file: Deno.FsFile, path: string, position: number, out: Uint8Array): number {
  seekTo(file, path, position);
  let done = 0;
  while (done < out.length) {
    try {
      const read = file.readSync(out.subarray(done));
      if (read === null) break;
      done += read;
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted)) throw new PersistError("read", path, error);
    }
  }
  return done;
}

/**
 * Replaces the content of an open file in place: writes from the start, then truncates whatever is left of the old
 * content.
 */
export function overwrite(file: Deno.FsFile, path: string, bytes: Uint8Array, previousLength: number): void {
  seekTo(file, path, 0);
  writeAll(file, path, bytes);
  if (bytes.length >= previousLength) return;
  try {
    file.truncateSync(bytes.length);
  } catch (error) {
    throw new PersistError("truncate", path, error);
  }
}

/** Truncates a file to this many bytes; if `synced`, waits until that has reached the device. */
export function truncateFile(path: string, bytes: number, synced: boolean): void {
  using file = openFile(path, { write: true });
  try {
    file.truncateSync(bytes);
  } catch (error) {
    throw new PersistError("truncate", path, error);
  }
  if (synced) syncData(file, path);
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

/**
 * Replaces a file's content as a whole: at any moment, a reader or a crash of the process finds either the old content
 * or the new. Writes a temporary file next to it, then renames that.
 *
 * @param synced whether the new content must be on the device before the rename
 * @throws {PersistError} when a step fails; the old file is then untouched, and the temporary one removed
 */
export function replaceFile(path: string, bytes: Uint8Array, synced = false): void {
  const temporary = path + TEMPORARY_SUFFIX;
  const file = openFile(temporary, { write: true, createNew: true });
  try {
    try {
      writeAll(file, temporary, bytes);
      if (synced) syncData(file, temporary);
    } finally {
      file.close();
    }
    renameOver(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** All bytes of a file. */
export function readWholeFile(path: string): Uint8Array<ArrayBuffer> {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    throw new PersistError("read", path, error);
  }
}

/** The text of a file. */
export function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new PersistError("read", path, error);
  }
}

/**
 * A range of a file's bytes; fewer if the file ends first.
 *
 * @param start position of the first byte; if negative, counted from the end of the file
 */
export function readRange(
  path: string,
  start: number,
  length: number,
): { readonly size: number; readonly bytes: Uint8Array<ArrayBuffer> } {
  using file = openFile(path, { read: true });
  const size = lengthOf(file, path);
  const from = start < 0 ? Math.max(0, size + start) : start;
  const bytes = new Uint8Array(Math.max(0, Math.min(length, size - from)));
  return { size, bytes: bytes.subarray(0, readAt(file, path, from, bytes)) };
}

/**
 * What is in a directory. The runtime retries opening a file when a signal interrupts it, but not opening a directory.
 *
 * @throws {PersistError} when it cannot be read
 */
export function entriesIn(directory: string): Deno.DirEntry[] {
  try {
    return readDirectory(directory);
  } catch (error) {
    throw new PersistError("read", directory, error);
  }
}

/** The same, with the runtime's own errors. */
export function readDirectory(directory: string): Deno.DirEntry[] {
  for (;;) {
    try {
      return [...Deno.readDirSync(directory)];
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted)) throw error;
    }
  }
}

/** Removes a file, which may be gone already. */
export function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw new PersistError("remove", path, error);
  }
}

/** Cleans up after a failed operation, whose failure is the one to report, so errors here are ignored. */
export function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // The next opening of the directory removes it.
  }
}
