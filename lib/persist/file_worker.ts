/**
 * The file worker: the Web Worker that writes whatever the policy does not have load workers write themselves,
 * maintains the files, and writes what is left at the end.
 *
 * @module
 */
import { loadNativeCrc32 } from "../codec/crc32.ts";
import { Abort } from "../sync/abort.ts";
import type { Doorbell } from "../sync/doorbell.ts";
import { DRAINING, FLUSHING, Phase, type PhaseHandle } from "../sync/phase.ts";
import { serveTask, type TaskConfiguration } from "../sync/task.ts";
import { attachPersistence } from "./persistence.ts";
import type { PersistenceHandle } from "./persistence_handle.ts";
import { policyOf } from "./policy/policies.ts";
import type { AttachedPersistence, FlushCounts } from "./policy/policy_module.ts";
import { FILE_WRITER } from "./write_meter.ts";
import type { Writer } from "./writer.ts";

export interface FileWorkerConfiguration extends TaskConfiguration {
  readonly phase: PhaseHandle;
  readonly persistence: PersistenceHandle;
  /** Whether load workers put records before the load starts; these are then written before it, too. */
  readonly preloaded: boolean;
}

export interface FileWorkerResult {
  /** The flushes over the files, under a policy that has any. */
  readonly flushes?: FlushCounts;
}

serveTask((configuration: FileWorkerConfiguration): FileWorkerResult => {
  loadNativeCrc32();
  const attached = attachPersistence(configuration.persistence, FILE_WRITER);
  try {
    return work(configuration, attached);
  } catch (error) {
    attached.writer.layout.abandon();
    throw error;
  }
});

function work(configuration: FileWorkerConfiguration, attached: AttachedPersistence): FileWorkerResult {
  const { policy } = configuration.persistence;
  const phase = Phase.attach(configuration.phase);
  const abort = Abort.attach(configuration.abort);
  const { writer, doorbell } = attached;
  prepareFiles(writer);
  phase.arrive();
  if (configuration.preloaded) writePreloaded(writer, phase, abort);

  const { flush } = policyOf(policy);
  const flushes = flush === undefined ? keepInShape(writer, phase, doorbell) : flush(policy, attached, phase);
  phase.waitFor(DRAINING, abort);
  writer.writeDirtyFiles();
  writer.rewriteStaleFiles();
  writer.makeAllDurable();
  return flushes === undefined ? {} : { flushes };
}

/** The longest that a load waits for files to be prepared. */
const PREPARE_MS_MAX = 500;

/** Does the maintenance that can be done before the first put. */
function prepareFiles(writer: Writer): void {
  const endsAtMs = performance.now() + PREPARE_MS_MAX;
  while (writer.maintain() && performance.now() < endsAtMs) {
    // Each piece is short.
  }
}

/** Writes the preloaded records and makes them durable, unless the run ends first. */
function writePreloaded(writer: Writer, phase: Phase, abort: Abort): void {
  phase.waitFor(FLUSHING, abort);
  if (phase.current === FLUSHING) {
    writer.rewriteStaleFiles();
    writer.makeAllDurable();
  }
  phase.arrive();
}

/** How long the file worker sleeps when it only maintains the files and finds nothing to do. */
const IDLE_MS = 10;

/** Maintains the files while the load workers write them. */
function keepInShape(writer: Writer, phase: Phase, doorbell: Doorbell): void {
  while (phase.current < DRAINING) {
    const { rings } = doorbell;
    const hasWorked = writer.maintain();
    doorbell.sleep(rings, hasWorked ? 0 : IDLE_MS);
  }
}
