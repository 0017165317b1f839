/**
 * Reads the pages that {@linkcode readBlocks} found in a block file.
 *
 * @module
 */
import type { BlockReader } from "../../../codec/block/block_codec.ts";
import { BLOCK_CODECS } from "../../../codec/codecs.ts";
import { openFile, readAt } from "../../../system/file_io.ts";
import { PersistError } from "../../../system/persist_error.ts";
import { extentBlocks, placeOf } from "./block_format.ts";
import type { StoredBlocksOptions, StoredPage } from "./stored_blocks.ts";

/** A block file, open for reading pages. */
export class PageReader implements Disposable {
  readonly #options: StoredBlocksOptions;
  readonly #file: Deno.FsFile;
  readonly #reader: BlockReader;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  /** @throws {PersistError} when the file cannot be opened */
  constructor(options: StoredBlocksOptions) {
    const { path, serializer, blockBytes } = options;
    this.#options = options;
    this.#reader = BLOCK_CODECS[serializer].reader(blockBytes);
    this.#bytes = new Uint8Array(blockBytes);
    this.#file = openFile(path, { read: true });
  }

  /**
   * Reads a page. Returns a reader positioned before its first entry, the same object each time.
   *
   * @throws {PersistError} when the page has changed since it was found
   */
  open({ block, side, version }: StoredPage): BlockReader {
    const { path, blockBytes } = this.#options;
    const reader = this.#reader;
    const length = readAt(this.#file, path, placeOf(block, side, extentBlocks(blockBytes)) * blockBytes, this.#bytes);
    if (length === blockBytes && reader.open(this.#bytes) === "sound" && reader.version === version) return reader;
    throw new PersistError("read", path, `block ${block} has changed while it was being read`);
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
