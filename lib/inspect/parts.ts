/**
 * Reads the parts of a directory, whatever its layout.
 *
 * @module
 */
import { layoutOf } from "../persist/layout/layouts.ts";
import type { Part } from "../persist/layout/part.ts";
import { parseSetAsideName } from "../directory/store_files.ts";
import type { StoredDirectory } from "./stored_directory.ts";

/**
 * Reads one part after another, in ascending order. One that once had files, of which none is left, not even set aside,
 * cannot be read.
 */
export function* partsOf(directory: StoredDirectory): Generator<Part> {
  const setAside = new Set(directory.setAsideNames.map((name) => parseSetAsideName(name)?.index));
  for (const part of layoutOf(directory.kind.layout).parts(directory)) {
    const { index, files } = part;
    const isGone = files.length === 0 && directory.hadFile(index) && !setAside.has(index);
    yield isGone ? { ...part, isUnreadable: true } : part;
  }
}
