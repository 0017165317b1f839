/**
 * Room of the file worker: the Web Worker that takes snapshots off the queue and writes them, and at the end writes
 * every shard that is still dirty.
 *
 * @module
 */
import { Abort } from "../sync/abort.ts";
import { DRAINING, Phase, type PhaseHandle } from "../sync/phase.ts";
import { serveTask, type TaskConfiguration } from "../sync/task.ts";
import { attachShardWriter, type PersistenceHandle } from "./persistence.ts";
import type { ShardWriter, WriteCounts } from "./shard_writer.ts";
import { type QueuedSnapshot, type QueueHandle, SnapshotQueue } from "./snapshot_queue.ts";

/** What the file worker gets. */
export interface FileWorkerConfiguration extends TaskConfiguration {
  readonly phase: PhaseHandle;
  readonly persistence: PersistenceHandle;
  /** The queue to empty, where the policy has one. */
  readonly queue?: QueueHandle;
}

serveTask((configuration: FileWorkerConfiguration): WriteCounts => {
  const phase = Phase.attach(configuration.phase);
  const writer = attachShardWriter(configuration.persistence);
  phase.arrive();
  if (configuration.queue !== undefined) writeQueued(SnapshotQueue.attach(configuration.queue), writer);
  phase.waitFor(DRAINING, Abort.attach(configuration.abort));
  writer.writeDirtyShards();
  return writer.counts;
});

/** Writes snapshots in the order of the queue until it is closed and empty. */
function writeQueued(queue: SnapshotQueue, writer: ShardWriter): void {
  const snapshot: QueuedSnapshot = { shard: 0, version: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  while (queue.take(snapshot)) {
    writer.write(snapshot.shard, snapshot.version, snapshot.bytes);
    queue.release();
  }
}
