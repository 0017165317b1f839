/**
 * Output files: results that go to a file rather than to stdout.
 *
 * @module
 */
import { removeQuietly, syncFile } from "../persist/file_io.ts";
import { PersistError } from "../persist/persist_error.ts";

/**
 * Checks that a file can be written at a path, before any time is spent on a run. Whatever is there is left unchanged.
 *
 * @throws {PersistError} when it cannot be written
 */
export function checkOutputFile(path: string): void {
  const target = targetOf(path);
  if (!target.replaceable) return;
  const temporary = temporaryPath(target.path);
  try {
    Deno.writeTextFileSync(temporary, "", { createNew: true });
    Deno.removeSync(temporary);
  } catch (error) {
    throw new PersistError("write", path, error);
  }
}

/**
 * Writes a file, replacing an existing one as a whole: at any moment, a reader or a crash finds either the old file or
 * the new one. If the path is a link, the file that it leads to is replaced. Anything but a file, such as a pipe, is
 * written into.
 *
 * @throws {PersistError} when that fails; an existing file is then untouched
 */
export function writeOutputFile(path: string, text: string): void {
  const target = targetOf(path);
  try {
    if (target.replaceable) replaceText(target.path, text);
    else Deno.writeTextFileSync(target.path, text, { create: false });
  } catch (error) {
    throw new PersistError("write", path, reasonBehind(error));
  }
}

/** Where the bytes for a path go. */
interface Target {
  readonly path: string;
  /** Whether it may be replaced with another file. */
  readonly replaceable: boolean;
}

function targetOf(path: string): Target {
  let found: Deno.FileInfo;
  try {
    found = Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { path, replaceable: true };
    throw new PersistError("write", path, error);
  }
  if (found.isDirectory) throw new PersistError("write", path, "it is a directory");
  return found.isFile ? { path: Deno.realPathSync(path), replaceable: true } : { path, replaceable: false };
}

function replaceText(path: string, text: string): void {
  const temporary = temporaryPath(path);
  try {
    Deno.writeTextFileSync(temporary, text, { createNew: true });
    syncFile(temporary);
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** A unique path next to another. */
function temporaryPath(path: string): string {
  return `${path}.${crypto.randomUUID()}.tmp`;
}

/** The system's error, without the path of a temporary file, which the user has never seen. */
function reasonBehind(error: unknown): unknown {
  return error instanceof PersistError ? error.cause : error;
}
