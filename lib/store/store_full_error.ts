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
      `Cannot put into shard ${shard}: it was created for ${size.entriesPerShard} entries in ` +
        `${size.arenaWordsPerShard * 4} bytes, must be given room for more by a larger --keys or --max-keys`,
    );
  }
}
