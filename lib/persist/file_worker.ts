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

/** What the file worker has done. */
export interface FileWorkerResult extends WriteCounts {
  /** Snapshots dropped unwritten, because a newer one of their shard was in the queue. */
  readonly snapshotsSuperseded: number;
}

serveTask((configuration: FileWorkerConfiguration): FileWorkerResult => {
  const phase = Phase.attach(configuration.phase);
  const writer = attachShardWriter(configuration.persistence);
  phase.arrive();
  const { queue } = configuration;
  const snapshotsSuperseded = queue === undefined ? 0 : writeQueued(SnapshotQueue.attach(queue), writer);
  phase.waitFor(DRAINING, Abort.attach(configuration.abort));
  writer.writeDirtyShards();
  return { ...writer.counts, snapshotsSuperseded };
});

/** Writes snapshots until the queue is closed and empty; returns how many it dropped as superseded. */
function writeQueued(queue: SnapshotQueue, writer: ShardWriter): number {
  const snapshot: QueuedSnapshot = { shard: 0, version: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  let superseded = 0;
  while (queue.take(snapshot)) {
    writer.write(snapshot.shard, snapshot.version, snapshot.bytes);
    superseded += queue.release() - 1;
  }
  return superseded;
}
