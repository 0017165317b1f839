/**
 * What the load workers have in common that know every key's last acknowledged value.
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

/** Chooses what is put next. */
export interface PutLoad {
  readonly key: string;
  readonly value: string;
  next(): void;
}

/** A worker's load. */
export interface Puts {
  readonly load: PutLoad;
  readonly valueBytesMax: number;
  /** Puts that every worker does, however little of the run's time a busy machine gives it. */
  readonly writesMin: number;
}

const KEY_BYTES_MAX = 32;

/** Serves a load worker's task: puts until the run ends. */
export function servePuts(putsOf: (configuration: LoadWorkerConfiguration) => Puts): void {
  serveTask((configuration: LoadWorkerConfiguration): LoadWorkerResult => {
    const phase = Phase.attach(configuration.phase);
    const backend = connectShared(configuration.backend.target as SharedHandle, configuration.thread);
    const { counts } = LoadMeter.attach(configuration.meter).thread(configuration.thread);
    const { load, valueBytesMax, writesMin } = putsOf(configuration);
    const key = new PaddedBytes(KEY_BYTES_MAX);
    const value = new PaddedBytes(valueBytesMax);
    phase.arrive();
    phase.waitFor(RUNNING, Abort.attach(configuration.abort));
    const startedAtMs = performance.now();
    let writes = 0;
    while (phase.current === RUNNING || writes < writesMin) {
      load.next();
      key.setString(load.key);
      value.setString(load.value);
      backend.put(key, value);
      writes++;
      counts[UPDATE]!++;
    }
    return { runtimeMs: performance.now() - startedAtMs, blocked: {} };
  });
}
