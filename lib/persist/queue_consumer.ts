/**
 * The file worker's part of the asynchronous policy: writes what is queued.
 *
 * @module
 */
import type { QueuedWrite, WriteQueue } from "./write_queue.ts";
import type { Writer } from "./writer.ts";

/**
 * Writes until the queue is closed and empty.
 *
 * @throws {PersistError} when that fails
 * @throws {AbortError} when the run fails elsewhere
 */
export function consumeQueue(queue: WriteQueue, writer: Writer): void {
  if (writer.layout.supersedes) writeNewest(queue, writer);
  else writeAll(queue, writer);
}

/** Writes the newest snapshot of one shard after another, and drops the ones it supersedes. */
function writeNewest(queue: WriteQueue, writer: Writer): void {
  const item: QueuedWrite = { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  while (queue.take(item)) {
    writer.accept(item);
    writer.flush();
    writer.meter.countSuperseded(queue.release() - 1);
    writer.maintain();
  }
}

/**
 * Log writes are small, so it pays to wait until several can be combined, provided that the queue is deep enough for
 * nobody to wait for room meanwhile. Also, producers need not wake a thread that sleeps for a fixed time.
 */
const LINGER_MS = 0.25;
const LINGER_ITEMS_MAX = 256;
const LINGER_DEPTH_MIN = 4 * LINGER_ITEMS_MAX;

/** Writes everything that is queued at once, repeatedly. */
function writeAll(queue: WriteQueue, writer: Writer): void {
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const accept = (item: QueuedWrite) => writer.accept(item);
  const lingers = queue.size.depth >= LINGER_DEPTH_MIN;
  while (queue.takeAll(accept)) {
    writer.flush();
    queue.releaseAll();
    writer.maintain();
    if (lingers && queue.count < LINGER_ITEMS_MAX) Atomics.wait(never, 0, 0, LINGER_MS);
  }
}
