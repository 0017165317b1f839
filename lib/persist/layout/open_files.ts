/**
 * Files that are kept open for writing, within the limit on descriptors.
 *
 * @module
 */

/** An open file. Other threads may have it open, too, so nothing about its content is kept here. */
export interface OpenFile {
  readonly path: string;
  readonly file: Deno.FsFile;
}

/**
 * A bounded set of files open for writing, each under a key; the least recently used one is closed to make room. Each
 * thread has its own.
 */
export class OpenFiles<Key, Opened extends OpenFile = OpenFile> {
  readonly #capacity: number;
  /** Least recently used first, from the moment on that all places are taken. */
  readonly #files = new Map<Key, Opened>();

  /** @param capacity how many files may be open at a time, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The file that is open under this key; `undefined` if none is. */
  find(key: Key): Opened | undefined {
    const known = this.#files.get(key);
    // While there is room, nothing is closed, and the order is of no use.
    if (known !== undefined && this.#files.size >= this.#capacity) {
      this.#files.delete(key);
      this.#files.set(key, known);
    }
    return known;
  }

  /** Keeps what is opened now, in place of the file that has been open under this key. */
  keep(key: Key, open: () => Opened): Opened {
    this.#close(key);
    if (this.#files.size >= this.#capacity) this.#closeOldest();
    const opened = open();
    this.#files.set(key, opened);
    return opened;
  }

  /** Closes all files. */
  close(): void {
    while (this.#files.size > 0) this.#closeOldest();
  }

  #closeOldest(): void {
    for (const key of this.#files.keys()) {
      this.#close(key);
      return;
    }
  }

  #close(key: Key): void {
    const open = this.#files.get(key);
    if (open === undefined) return;
    this.#files.delete(key);
    open.file.close();
  }
}
