/**
 * The marker file, which says that a directory holds an engine's store, and which engine's.
 *
 * @module
 */
import { lookAt, openFile, readWholeFile, syncData, writeAll } from "./file_io.ts";
import { PersistError } from "./persist_error.ts";

/** Name of the marker. Its content is one line: {@linkcode WORDS} and the engine's name. */
export const MARKER_NAME = "ENGINE";
const WORDS = "kvlab engine ";
const CONTENT = /^kvlab engine ([a-z]+)\n$/;

/**
 * The engine whose store a directory holds; `undefined` if there is no marker.
 *
 * @throws {PersistError} when the marker cannot be read or names no engine
 */
export function markedEngine(directory: string): string | undefined {
  const path = `${directory}/${MARKER_NAME}`;
  if (lookAt(path) === undefined) return undefined;
  const engine = CONTENT.exec(new TextDecoder().decode(readWholeFile(path)))?.[1];
  if (engine === undefined) throw new PersistError("use", path, "it does not name an engine");
  return engine;
}

/**
 * Marks a directory as an engine's, for good.
 *
 * @throws {PersistError} when that fails
 */
export function markEngine(directory: string, engine: string): void {
  const path = `${directory}/${MARKER_NAME}`;
  const file = openFile(path, { write: true, createNew: true });
  try {
    writeAll(file, path, new TextEncoder().encode(`${WORDS}${engine}\n`));
    syncData(file, path);
  } finally {
    file.close();
  }
}
