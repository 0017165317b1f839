/**
 * Files that are kept open for writing, within the limit on descriptors.
 *
 * @module
 */
import { openOwnFile } from "../../file_io.ts";
import { PersistError } from "../../persist_error.ts";

/** An open file and the length of its content. */
export interface OpenFile {
  readonly path: string;
  readonly file: Deno.FsFile;
  lengthBytes: number;
}

/** How many bytes an open file holds. If that fails, the file is closed. */
function lengthOf(file: Deno.FsFile, path: string): number {
  try {
    return file.statSync().size;
  } catch (error) {
    file.close();
    throw new PersistError("look at", path, error);
  }
}

/**
 * A bounded set of files open for writing; the least recently used one is closed to make room. Each thread has its own.
 */
export class OpenFiles {
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #files = new Map<string, OpenFile>();

  /** @param capacity how many files may be open at a time, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * The file at this path, created if there is none.
   *
   * @throws {PersistError} when it cannot be opened
   */
  get(path: string): OpenFile {
    const known = this.#files.get(path);
    if (known !== undefined) {
      this.#files.delete(path);
      this.#files.set(path, known);
      return known;
    }
    if (this.#files.size >= this.#capacity) this.#closeOldest();
    const file = openOwnFile(path);
    const opened = { path, file, lengthBytes: lengthOf(file, path) };
    this.#files.set(path, opened);
    return opened;
  }

  /** Closes all files. */
  close(): void {
    while (this.#files.size > 0) this.#closeOldest();
  }

  #closeOldest(): void {
    for (const [path, { file }] of this.#files) {
      this.#files.delete(path);
      file.close();
      return;
    }
  }
}
