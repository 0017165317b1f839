/**
 * The sequence load worker: a load worker for tests that must know what every key's last acknowledged value is.
 *
 * @module
 */
import { connectShared, type SharedHandle } from "../backend/shared.ts";
import { LoadMeter } from "../../lib/load/load_meter.ts";
import { UPDATE } from "../../lib/load/operation.ts";
import type { LoadWorkerResult } from "../../lib/load/load_worker.ts";
import type { LoadWorkerConfiguration } from "../../lib/load/load.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Phase, RUNNING } from "../../lib/sync/phase.ts";
import { serveTask } from "../../lib/sync/task.ts";
import { SequenceLoad } from "./sequence_load.ts";

/** Puts that every worker does, however little of the run's time a busy machine gives it. */
const WRITES_MIN = 500;

serveTask((configuration: LoadWorkerConfiguration): LoadWorkerResult => {
  const phase = Phase.attach(configuration.phase);
  const backend = connectShared(configuration.backend.target as SharedHandle, configuration.thread);
  const { counts } = LoadMeter.attach(configuration.meter).thread(configuration.thread);
  const load = new SequenceLoad(configuration.seed, configuration.thread);
  const key = new PaddedBytes(32);
  const value = new PaddedBytes(32);
  phase.arrive();
  phase.waitFor(RUNNING, Abort.attach(configuration.abort));
  const startedAtMs = performance.now();
  let writes = 0;
  while (phase.current === RUNNING || writes < WRITES_MIN) {
    load.next();
    key.setString(load.key);
    value.setString(load.value);
    backend.put(key, value);
    writes++;
    counts[UPDATE]!++;
  }
  return {
    runtimeMs: performance.now() - startedAtMs,
    blocked: {},
  };
});
