/**
 * Room of the file worker: the Web Worker that takes snapshots off the queue and writes them, and at the end writes
 * every shard that is still dirty.
 *
 * @module
 */
import { Abort } from "../sync/abort.ts";
import { Clock } from "../sync/clock.ts";
import { DRAINING, FLUSHING, Phase, type PhaseHandle } from "../sync/phase.ts";
import { serveTask, type TaskConfiguration } from "../sync/task.ts";
import { Ledger } from "./ledger.ts";
import { attachShardWriter, type PersistenceHandle } from "./persistence.ts";
import type { ShardWriter } from "./shard_writer.ts";
import { type SweepCounts, Sweeper } from "./sweeper.ts";
import { type QueuedSnapshot, type QueueHandle, SnapshotQueue } from "./snapshot_queue.ts";
import { FILE_WRITER } from "./write_meter.ts";

/** What the file worker gets. */
export interface FileWorkerConfiguration extends TaskConfiguration {
  readonly phase: PhaseHandle;
  readonly persistence: PersistenceHandle;
  /** The asynchronous policy's queue, to be emptied. */
  readonly queue?: QueueHandle;
  /** The periodic policy's period, in milliseconds. */
  readonly flushPeriodMs?: number;
  /** Whether load workers put records before the load, which are then written before it. */
  readonly preloaded: boolean;
}

/** What the file worker has done. */
export interface FileWorkerResult {
  /** The periodic policy's sweeps. */
  readonly sweeps?: SweepCounts;
}

serveTask((configuration: FileWorkerConfiguration): FileWorkerResult => {
  const { persistence, queue, flushPeriodMs } = configuration;
  const phase = Phase.attach(configuration.phase);
  const abort = Abort.attach(configuration.abort);
  const writer = attachShardWriter(persistence, FILE_WRITER);
  phase.arrive();
  if (configuration.preloaded) writePreloaded(writer, phase, abort);

  const ledger = Ledger.attach(persistence.ledger);
  if (queue !== undefined) writeQueued(SnapshotQueue.attach(queue), ledger, writer);
  const sweeps = flushPeriodMs === undefined ? undefined : new Sweeper({
    ledger,
    clock: Clock.attach(persistence.clock),
    shards: persistence.store.size.shards,
    periodMs: flushPeriodMs,
    writer,
    phase,
    abort,
  }).run();

  phase.waitFor(DRAINING, abort);
  writer.writeDirtyShards();
  writer.makeAllDurable();
  return sweeps === undefined ? {} : { sweeps };
});

/** Writes, and makes durable, what has been preloaded, unless the run ends before. */
function writePreloaded(writer: ShardWriter, phase: Phase, abort: Abort): void {
  phase.waitFor(FLUSHING, abort);
  if (phase.current === FLUSHING) {
    writer.writeDirtyShards();
    writer.makeAllDurable();
  }
  phase.arrive();
}

/** Writes snapshots until the queue is closed and empty. */
function writeQueued(queue: SnapshotQueue, ledger: Ledger, writer: ShardWriter): void {
  const snapshot: QueuedSnapshot = {
    shard: 0,
    version: 0,
    sinceMs: 0,
    bytes: new Uint8Array(new SharedArrayBuffer(0)),
  };
  while (queue.take(snapshot)) {
    ledger.markTaken(snapshot.shard, snapshot.sinceMs);
    writer.write(snapshot.shard, snapshot);
    writer.meter.countSuperseded(queue.release() - 1);
  }
}
