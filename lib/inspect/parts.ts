/**
 * Reads the parts of a directory, whatever its layout.
 *
 * @module
 */
import { layoutOf } from "../persist/layout/layouts.ts";
import type { Part } from "../persist/layout/part.ts";
import type { StoredDirectory } from "./stored_directory.ts";

/**
 * Reads one part after another, in ascending order. One of which something is gone that was not even set aside, as far
 * as is known, does not hold everything that was written to it.
 */
export function* partsOf(directory: StoredDirectory): Generator<Part> {
  for (const part of layoutOf(directory.kind.layout).parts(directory)) {
    const gone = directory.goneFrom(part.index);
    yield gone === undefined ? part : { ...part, isUnreadable: true, gone };
  }
}
