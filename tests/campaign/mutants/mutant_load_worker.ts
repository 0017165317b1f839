/**
 * The mutant load worker: acknowledges each put and delete before the backend has it.
 *
 * @module
 */
import { connectShared, type SharedHandle } from "../../backend/shared.ts";
import type { SynchronousOperations } from "../../../lib/engine/connection.ts";
import { runClosedLoop, SAMPLE_NEVER } from "../../../lib/load/load_loop.ts";
import { LoadMeter } from "../../../lib/load/load_meter.ts";
import type { LoadWorkerResult } from "../../../lib/load/load_worker.ts";
import type { LoadWorkerConfiguration } from "../../../lib/load/load.ts";
import { NumberedWorkload } from "../../../lib/load/numbered_workload.ts";
import { createPattern } from "../../../lib/load/pattern.ts";
import { Rng } from "../../../lib/load/rng.ts";
import { Witness } from "../../../lib/persist/witness.ts";
import { hashKey } from "../../../lib/store/hash.ts";
import type { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";
import { Abort } from "../../../lib/sync/abort.ts";
import { Phase, RUNNING } from "../../../lib/sync/phase.ts";
import { serveTask } from "../../../lib/sync/task.ts";

serveTask((configuration: LoadWorkerConfiguration): LoadWorkerResult => {
  const { seed, thread, threads, workload, witness: options } = configuration;
  if (workload.kind !== "mix" || options === undefined) throw new Error("Cannot acknowledge: the load has no witness");
  const phase = Phase.attach(configuration.phase);
  const handle = configuration.backend.target as SharedHandle;
  const backend = connectShared(handle, thread);
  const store = SharedStore.attach(handle.kind === "memory" ? handle.store : handle.persistence.store);
  const witness = Witness.ofAcknowledged(options.directory, thread);
  const acknowledge = (key: PaddedBytes) => {
    const shard = store.shardOf(hashKey(key.words, key.length));
    witness.record(shard, store.version(shard));
  };
  const hasty: SynchronousOperations = {
    put(key, value) {
      acknowledge(key);
      backend.put(key, value);
    },
    get: (key, out) => backend.get(key, out),
    delete(key) {
      acknowledge(key);
      backend.delete(key);
    },
  };
  const numbered = new NumberedWorkload(new Rng(seed, 2 * thread), workload, { round: options.round, thread, threads });
  const meter = LoadMeter.attach(configuration.meter).thread(thread);
  const during = RUNNING;
  const waits = new Rng(seed, 2 * thread + 1);
  const pattern = createPattern(configuration.pattern, { phase, during, rng: waits, counts: meter.counts });
  phase.arrive();
  phase.waitFor(RUNNING, Abort.attach(configuration.abort));
  const load = {
    backend: hasty,
    workload: numbered,
    phase,
    during,
    endsAtMs: Infinity,
    opsMax: Infinity,
    latencySample: SAMPLE_NEVER,
    meter,
  };
  runClosedLoop(load, pattern);
  return { runtimeMs: 0, blocked: {} };
});
