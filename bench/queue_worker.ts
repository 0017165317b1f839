/**
 * The workers for the queue benchmarks: either end of a queue, or either end of a message channel.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { type QueuedWrite, type QueueHandle, WriteQueue } from "../lib/persist/write_queue.ts";

/** What a worker does: puts or takes snapshots of that many shards, or posts or receives that many messages. */
export type HandOffTask =
  | { readonly kind: "put" | "take"; readonly queue: QueueHandle; readonly count: number; readonly lengthBytes: number }
  | {
    readonly kind: "post" | "hear";
    readonly port: MessagePort;
    readonly count: number;
    readonly lengthBytes: number;
  };

/** The first message is the task, answered when the worker is ready; each further one is answered when it is done. */
self.onmessage = ({ data: task }: MessageEvent<HandOffTask>) => {
  const perform = performerOf(task);
  self.onmessage = () => perform(reply);
  reply();
};

/** What to do at each message, before calling `done`. */
function performerOf(task: HandOffTask): (done: () => void) => void {
  const { kind, count, lengthBytes } = task;
  const bytes = new Uint8Array(lengthBytes);
  switch (kind) {
    case "put": {
      const queue = WriteQueue.attach(task.queue);
      let version = 0;
      return (done) => {
        version++;
        put(queue, { count, version, bytes });
        done();
      };
    }
    case "take": {
      const queue = WriteQueue.attach(task.queue);
      return (done) => {
        take(queue, count);
        done();
      };
    }
    case "post":
      return (done) => {
        for (let i = 0; i < count; i++) task.port.postMessage(bytes);
        done();
      };
    case "hear":
      return hear(task.port, count);
  }
}

/** Puts a snapshot of each shard, so that none supersedes another. */
function put(queue: WriteQueue, options: { count: number; version: number; bytes: Uint8Array<ArrayBuffer> }): void {
  const { count, version, bytes } = options;
  for (let shard = 0; shard < count; shard++) queue.put({ shard, version, bytes, length: bytes.length, putAtMs: 1 });
}

function take(queue: WriteQueue, count: number): void {
  const snapshot: QueuedWrite = {
    shard: 0,
    version: 0,
    sinceMs: 0,
    bytes: new Uint8Array(new SharedArrayBuffer(0)),
  };
  for (let taken = 0; taken < count; taken++) {
    queue.take(snapshot);
    queue.release();
  }
}

/** Messages may arrive before the worker is told to expect them; all are counted. */
function hear(port: MessagePort, count: number): (done: () => void) => void {
  let heard = 0, awaited = 0;
  let onAll = () => {};
  port.onmessage = () => {
    if (++heard === awaited) onAll();
  };
  return (done) => {
    awaited += count;
    onAll = done;
    if (heard === awaited) done();
  };
}

function reply(): void {
  self.postMessage(undefined);
}
