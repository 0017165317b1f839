/**
 * The marker file, which says that a directory holds an engine's store, which engine's, and which file the store cannot
 * be without.
 *
 * @module
 */
import { lookAt, readWholeFile, removeFile, replaceFile, syncDirectory, TEMPORARY_SUFFIX } from "../system/file_io.ts";
import { PersistError } from "../system/persist_error.ts";

/**
 * Name of the marker. Its first line is `kvlab engine NAME`. Once the store has been made, a second one is
 * `with PATH`: the path in the directory of the file that is there from then on, and not empty.
 */
export const MARKER_NAME = "ENGINE";
const CONTENT = /^kvlab engine ([a-z]+)\n(?:with (.+)\n)?$/;

/** What a marker says. */
export interface EngineMark {
  readonly engine: string;
  /** A path in the directory; absent if the store may not have been made yet. */
  readonly file?: string;
}

/**
 * What a directory's marker says; `undefined` if there is none.
 *
 * @throws {PersistError} when the marker cannot be read or names no engine
 */
export function readMark(directory: string): EngineMark | undefined {
  const path = `${directory}/${MARKER_NAME}`;
  if (lookAt(path) === undefined) return undefined;
  const [, engine, file] = CONTENT.exec(new TextDecoder().decode(readWholeFile(path))) ?? [];
  if (engine === undefined) throw new PersistError("use", path, "it does not name an engine");
  return { engine, ...(file === undefined ? {} : { file }) };
}

/**
 * The engine whose store a directory holds; `undefined` if there is no marker.
 *
 * @throws {PersistError} when the marker cannot be read or names no engine
 */
export function markedEngine(directory: string): string | undefined {
  return readMark(directory)?.engine;
}

/**
 * Marks a directory, for good. A marker that was there is replaced as a whole.
 *
 * @throws {PersistError} when that fails
 */
export function writeMark(directory: string, { engine, file }: EngineMark): void {
  const path = `${directory}/${MARKER_NAME}`;
  const lines = [`kvlab engine ${engine}\n`, ...(file === undefined ? [] : [`with ${file}\n`])];
  // A kvlab that was killed may have left one.
  removeFile(path + TEMPORARY_SUFFIX);
  replaceFile(path, new TextEncoder().encode(lines.join("")), true);
  syncDirectory(directory);
}
