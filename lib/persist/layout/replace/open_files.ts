/**
 * Files that are kept open for writing, within the limit on descriptors.
 *
 * @module
 */
import { openExistingFile, openOwnFile } from "../../../system/file_io.ts";

/** An open file. Other threads may have it open, too, so nothing about its content is kept here. */
export interface OpenFile {
  readonly path: string;
  readonly file: Deno.FsFile;
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
   * The file at this path.
   *
   * @param mayCreate whether it is created if there is none
   * @throws {PersistError} when it cannot be opened
   */
  get(path: string, mayCreate = false): OpenFile {
    const known = this.#files.get(path);
    if (known !== undefined) {
      this.#files.delete(path);
      this.#files.set(path, known);
      return known;
    }
    if (this.#files.size >= this.#capacity) this.#closeOldest();
    const opened = { path, file: mayCreate ? openOwnFile(path) : openExistingFile(path) };
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
