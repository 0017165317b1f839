/**
 * The error for a shard without room.
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
