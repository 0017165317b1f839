/**
 * The size of a queue, the memory layout that follows from it, and the error for what no queue of a size could hold.
 *
 * @module
 */
import { alignUp, LINE_BYTES, LINE_WORDS } from "../sync/layout.ts";

/** The bounds of a queue, fixed when it is created. */
export interface QueueSize {
  /** The most snapshots that the queue holds, from 1 to 2^20. */
  readonly depth: number;
  /** The most bytes of snapshots that the queue holds; each snapshot takes whole cache lines. */
  readonly bytes: number;
  /** Number of shards in the store. */
  readonly shards: number;
}

/** The first word of the shards' rows, which follow the header. */
export const QUEUE_SHARDS = 4 * LINE_WORDS;
/** Words of a shard's row. */
export const QUEUE_SHARD_WORDS = 8;
/** Words of a slot. */
export const QUEUE_SLOT_WORDS = 8;

/** The layout of a queue: the first slot's first word, the ring's first byte, and the total size in bytes. */
export function queueLayout(size: QueueSize): { slotsStart: number; ringStart: number; byteLength: number } {
  const slotsStart = alignUp(QUEUE_SHARDS + size.shards * QUEUE_SHARD_WORDS, LINE_WORDS);
  const slotsEnd = slotsStart + size.depth * QUEUE_SLOT_WORDS;
  const ringStart = alignUp(slotsEnd * Int32Array.BYTES_PER_ELEMENT, LINE_BYTES);
  return { slotsStart, ringStart, byteLength: ringStart + alignUp(size.bytes, LINE_BYTES) };
}

const DEPTH_MAX = 2 ** 20;

/** @throws {RangeError} when a bound is out of range */
export function checkQueueSize(size: QueueSize): void {
  checkBound("depth", size.depth, DEPTH_MAX);
  checkBound("bytes", size.bytes);
  checkBound("shards", size.shards);
}

function checkBound(name: string, value: number, max = Infinity): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  const range = max === Infinity ? "from 1" : `from 1 to ${max}`;
  throw new RangeError(`Cannot create a queue: ${name} is ${value}, must be a whole number ${range}`);
}

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
