/**
 * Output files: results that go to a file rather than to stdout.
 *
 * A file is replaced as a whole: at any moment, a reader or a crash finds either the old file or the new one. Its mode
 * and its owner stay. Where no other file can be put in its place, as in a directory that is not writable, it is
 * written over: first what is beyond its old end, for which there may be no room, then the rest.
 *
 * A path may be a link, even to what does not exist yet: the file that it leads to is meant. What is no file, such as a
 * pipe, is written into; and so is a file that is stdout or stderr, as `/dev/stdout` may be.
 *
 * @module
 */
import { quote, UsageError } from "../option/wording.ts";
import { LOCK_NAME } from "../system/directory_lock.ts";
import { MARKER_NAME } from "../directory/engine_marker.ts";
import { lookAt, removeQuietly, seekTo, syncFile, writeAll } from "../system/file_io.ts";
import { PersistError } from "../system/persist_error.ts";
import { parseSetAsideName, parseStoreFileName } from "../directory/store_files.ts";
import { RECORD_NAME } from "../directory/store_record.ts";
import { print, type StandardStream, warn } from "./terminal.ts";
import { errorLine } from "./exit.ts";

/** A file that a flag names, directly or by a prefix. */
export interface NamedFile {
  /** The flag, with its dashes. */
  readonly flag: string;
  readonly path: string;
}

/**
 * Checks that each file can be written, before any time is spent on a run, and that they are different files, however
 * their paths are spelled. Whatever is there is left unchanged.
 *
 * @param inputs files that are read, which no output may replace
 * @throws {UsageError} when two outputs are the same file, or one is an input
 * @throws {PersistError} when one cannot be written
 */
export function checkOutputFiles(outputs: readonly NamedFile[], inputs: readonly NamedFile[] = []): void {
  const known = inputs.map((file) => ({ ...file, identity: identityOf(file.path) }));
  for (const { flag, path } of outputs) {
    checkOutputFile(path);
    const identity = identityOf(path);
    const other = identity === undefined ? undefined : known.find((file) => file.identity === identity);
    if (other !== undefined) {
      const both = other.path === path ? `${quote(path)} for both` : `${quote(other.path)} and ${quote(path)}`;
      throw new UsageError(`${other.flag} and ${flag} must be different files, got ${both}`);
    }
    known.push({ flag, path, identity });
  }
}

/**
 * Checks that a file can be written at a path. Whatever is there is left unchanged.
 *
 * @throws {UsageError} when a store has its data there
 * @throws {PersistError} when it cannot be written
 */
export function checkOutputFile(path: string): void {
  const target = targetOf(path);
  if (target.kind !== "file") return;
  if (isOfStore(target)) throw new UsageError(`${quote(path)} is a file of a store, which no output may replace`);
  const temporary = temporaryPath(target.path);
  try {
    Deno.writeTextFileSync(temporary, "", { createNew: true });
    Deno.removeSync(temporary);
  } catch (error) {
    if (!isWritable(target)) throw new PersistError("write", path, error);
  }
}

/**
 * Writes a file, as the head of this module says.
 *
 * @throws {PersistError} when that fails; an existing file is then untouched, unless it had to be written over
 */
export function writeOutputFile(path: string, text: string): void {
  const target = targetOf(path);
  try {
    if (target.kind === "stream") print(text, target.stream);
    else if (target.kind === "other") Deno.writeTextFileSync(path, text, { create: false });
    else replaceText(target, text);
  } catch (error) {
    throw new PersistError("write", path, reasonBehind(error));
  }
}

/**
 * What a path leads to: two paths that lead to the same file have the same; `undefined` if it is no file to replace.
 */
export function identityOf(path: string): string | undefined {
  const target = targetOf(path);
  if (target.kind !== "file") return undefined;
  const { found } = target;
  if (found !== undefined) return `${found.dev} ${found.ino}`;
  const { directory, name } = partsOf(target.path);
  try {
    return `${Deno.realPathSync(directory)}/${name}`;
  } catch {
    // There is no such directory, which whoever writes there will say.
    return target.path;
  }
}

/** Whether a store keeps its data, or what it knows of itself, in a file. */
function isOfStore({ path, found }: FileTarget): boolean {
  const { directory, name } = partsOf(path);
  if ((parseStoreFileName(name) ?? parseSetAsideName(name)) !== undefined) return true;
  // What an engine calls its files is its own business.
  if (found !== undefined && lookAt(`${directory}/${MARKER_NAME}`) !== undefined) return true;
  return found !== undefined && [RECORD_NAME, LOCK_NAME].includes(name);
}

/** Where the bytes for a path go. */
type Target =
  | { readonly kind: "stream"; readonly stream: StandardStream }
  /** `found` is what is there already. */
  | FileTarget
  | { readonly kind: "other" };

interface FileTarget {
  readonly kind: "file";
  /** Not a link. */
  readonly path: string;
  readonly found: Deno.FileInfo | undefined;
}

function targetOf(path: string): Target {
  const found = statOf(path);
  if (found === undefined) return { kind: "file", path: endOfLinks(path), found };
  if (found.isDirectory) throw new PersistError("write", path, "it is a directory");
  const stream = STREAMS.find((stream) => isSame(found, stream.path));
  if (stream !== undefined) return { kind: "stream", stream: stream.name };
  return found.isFile ? { kind: "file", path: Deno.realPathSync(path), found } : { kind: "other" };
}

const STREAMS = [{ name: "stdout", path: "/dev/fd/1" }, { name: "stderr", path: "/dev/fd/2" }] as const;

function isSame({ dev, ino }: Deno.FileInfo, path: string): boolean {
  try {
    const other = Deno.statSync(path);
    return ino !== null && ino === other.ino && dev === other.dev;
  } catch {
    // The stream is closed.
    return false;
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new PersistError("write", path, error);
  }
}

/** As many links in a row as Linux follows. */
const LINKS_MAX = 40;

/** The path that links lead to, at which nothing is. */
function endOfLinks(path: string): string {
  let end = path;
  for (let links = 0; links < LINKS_MAX; links++) {
    let next: string;
    try {
      next = Deno.readLinkSync(end);
    } catch {
      return end;
    }
    end = next.startsWith("/") ? next : `${partsOf(end).directory}/${next}`;
  }
  throw new PersistError("write", path, "too many links");
}

function partsOf(path: string): { directory: string; name: string } {
  const end = path.lastIndexOf("/") + 1;
  return { directory: path.slice(0, end) || ".", name: path.slice(end) };
}

/** Whether a file is there whose content can be changed. */
function isWritable({ path, found }: FileTarget): boolean {
  if (found === undefined) return false;
  try {
    Deno.openSync(path, { write: true }).close();
    return true;
  } catch {
    return false;
  }
}

function replaceText(target: FileTarget, text: string): void {
  const temporary = temporaryPath(target.path);
  try {
    writeTemporary(temporary, target.found, text);
    Deno.renameSync(temporary, target.path);
  } catch (error) {
    removeQuietly(temporary);
    if (!isNoReplacement(error) || !isWritable(target)) throw error;
    overwriteText(target.path, text);
  }
}

/** Writes a file to take another's place, with its mode and owner. */
function writeTemporary(path: string, found: Deno.FileInfo | undefined, text: string): void {
  // Nobody else may read a private file's replacement meanwhile.
  Deno.writeTextFileSync(path, text, { createNew: true, ...(found === undefined ? {} : { mode: 0o600 }) });
  if (found !== undefined && found.mode !== null) {
    const { uid, gid } = Deno.statSync(path);
    if (uid !== found.uid || gid !== found.gid) Deno.chownSync(path, found.uid, found.gid);
    Deno.chmodSync(path, found.mode & 0o7777);
  }
  syncFile(path);
}

/** The directory or its owner, a mounted file, another device, a device that is only read. */
const NO_REPLACEMENT_CODES = ["EACCES", "EPERM", "EBUSY", "EXDEV", "EROFS"];

/** Whether an error says that a file cannot be replaced by another, but not that there is no room for its content. */
function isNoReplacement(error: unknown): boolean {
  return error instanceof Error && "code" in error && NO_REPLACEMENT_CODES.includes(String(error.code));
}

/** Writes over a file, which is truncated only when all is written. */
function overwriteText(path: string, text: string): void {
  const bytes = new TextEncoder().encode(text);
  using file = Deno.openSync(path, { write: true });
  const { size } = file.statSync();
  if (bytes.length > size) {
    seekTo(file, path, size);
    try {
      writeAll(file, path, bytes.subarray(size));
    } catch (error) {
      file.truncateSync(size);
      throw error;
    }
  }
  seekTo(file, path, 0);
  writeAll(file, path, bytes.subarray(0, size));
  file.truncateSync(bytes.length);
  file.syncDataSync();
}

/** A unique path next to another, which fits where the other's name does. */
function temporaryPath(path: string): string {
  return `${partsOf(path).directory}/.kvlab-${crypto.randomUUID()}.tmp`;
}

/** The system's error, without the path of a temporary file, which the user has never seen. */
function reasonBehind(error: unknown): unknown {
  return error instanceof PersistError ? error.cause : error;
}

/**
 * Writes a result as a page; if that fails, says why on stderr.
 *
 * @param document the result as JSON
 * @returns whether it was written
 */
export async function deliverReport(path: string, document: string): Promise<boolean> {
  try {
    // Loaded only when there is something to draw, because it takes longer to import than the rest of kvlab.
    const { parseSource } = await import("../page/source.ts");
    const { reportHtml } = await import("../page/page.ts");
    writeOutputFile(path, reportHtml([parseSource(pageName(path), document)]));
    return true;
  } catch (error) {
    warn(errorLine(error));
    return false;
  }
}

/** The page's name for its only result: its own file name. */
function pageName(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.html?$/, "");
}
