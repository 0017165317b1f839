/**
 * The error for a snapshot that no queue of this size could ever hold.
 *
 * @module
 */
import type { QueueSize } from "./queue_size.ts";

/** A snapshot is larger than the whole queue. The message names the shard and the flags that would help. */
export class SnapshotTooLargeError extends RangeError {
  override readonly name = "SnapshotTooLargeError";

  /**
   * @param shard the shard's index
   * @param length the snapshot's length, in bytes
   */
  constructor(shard: number, length: number, size: QueueSize) {
    super(
      `Cannot queue shard ${shard}: its snapshot of ${length} bytes exceeds the queue's ${size.bytes}, ` +
        `must be given a larger --queue-memory or --file-count`,
    );
  }
}
