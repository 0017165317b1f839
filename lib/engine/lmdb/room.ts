/**
 * The room that a disk has left, looked at before it could become too little.
 *
 * The package does not survive a full disk: where LMDB's write fails, it writes the reason beyond the end of a buffer
 * (`mdb_page_flush` in the package's `mdb.c`), and the process is killed.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { formatSize } from "../../option/units.ts";

const PAGE_BYTES = 4096;
/** The most pages that a write copies besides its value: of the tree, of the list of free pages, and meta pages. */
const COPIED_PAGES_MAX = 24;

/** Others fill the disk, too: of what is left, this share is counted on until the next look. */
const COUNTED_ON = 1 / 4;
const COUNTED_ON_BYTES_MAX = 64 * 2 ** 20;

/** What a transaction with one put or delete may take at most, in bytes. */
export function writeBytes(valueBytes: number): number {
  return COPIED_PAGES_MAX * PAGE_BYTES + valueBytes;
}

/** What one with many puts may take at most, each of which may be on a page of its own. */
export function batchBytes(puts: readonly { readonly value: Uint8Array }[]): number {
  return puts.reduce((sum, { value }) => sum + 2 * PAGE_BYTES + value.length, writeBytes(0));
}

/** The room on the disk of one file. */
export class Room {
  readonly #path: string;
  /** What may be taken before the next look. */
  #left = 0;

  /** @param path of a file that is there */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {Error} when so many bytes may not fit any more */
  take(bytes: number): void {
    if (this.#left < bytes) this.#look(bytes);
    this.#left -= bytes;
  }

  #look(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.#path);
    const freeBytes = bavail * bsize;
    this.#left = Math.min(COUNTED_ON * freeBytes, COUNTED_ON_BYTES_MAX);
    if (this.#left >= bytes) return;
    throw new Error(
      `No space left on device but ${formatSize(freeBytes)}, and npm:lmdb does not survive it if that is too little`,
    );
  }
}
