/**
 * The errors for a shard without room, and for an entry that no page can hold.
 *
 * @module
 */
import type { StoreSize } from "./store_size.ts";

/** A put found its shard full. The message names the shard and the size it was created with. */
export class StoreFullError extends RangeError {
  override readonly name = "StoreFullError";

  /** @param shard the full shard's index */
  constructor(shard: number, size: StoreSize) {
    super(
      `Cannot put into shard ${shard}: its room for ${size.entriesPerShard} entries in ` +
        `${size.arenaWordsPerShard * 4} bytes is used up, must be made larger by --keys or --max-keys`,
    );
  }
}

/** A put's key and value are together too large for a page, which one block of the files must hold. */
export class EntryTooLargeError extends RangeError {
  override readonly name = "EntryTooLargeError";

  /** @param sizeBytes total size of key and value */
  constructor(sizeBytes: number) {
    super(
      `Cannot put a record of ${sizeBytes} bytes: it does not fit into a block, must be given a larger --block-size`,
    );
  }
}
