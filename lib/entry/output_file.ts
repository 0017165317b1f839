/**
 * The output files: results that go to a file rather than to stdout.
 *
 * @module
 */
import { removeQuietly, syncFile } from "../persist/file_io.ts";
import { PersistError } from "../persist/persist_error.ts";

/**
 * Finds out, before the time of a run is spent, whether a file can be written where its path says. What is there stays
 * as it is.
 *
 * @throws {PersistError} when it cannot
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
 * Writes a file, in place of what is there. That is replaced as a whole: whoever reads it, and a crash at any moment,
 * finds either the old file or the new one. A link to a file stays, and that file is replaced. What is no file, such as a
 * pipe, is written into.
 *
 * @throws {PersistError} when that fails; an old file is untouched then
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
  /** Whether another file may take its place. */
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

/** A path beside another one that nothing else has. */
function temporaryPath(path: string): string {
  return `${path}.${crypto.randomUUID()}.tmp`;
}

/** The system's error, without the path of a temporary file that the user has not named. */
function reasonBehind(error: unknown): unknown {
  return error instanceof PersistError ? error.cause : error;
}
