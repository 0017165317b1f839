/**
 * The asynchronous policy's part of the file worker: writes what is in the queue.
 *
 * @module
 */
import { type QueuedSnapshot, SnapshotQueue } from "./snapshot_queue.ts";
import type { Writer } from "./writer.ts";

/**
 * Writes until the queue is closed and empty.
 *
 * @throws {PersistError} when that fails
 * @throws {AbortError} when the run fails elsewhere
 */
export function consumeQueue(queue: SnapshotQueue, writer: Writer): void {
  const item: QueuedSnapshot = { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  while (queue.take(item)) {
    writer.accept(item);
    writer.flush();
    writer.meter.countSuperseded(queue.release() - 1);
    writer.maintain();
  }
}
