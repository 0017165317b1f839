/**
 * Room of the mutant load worker: acknowledges each put before the backend has it.
 *
 * @module
 */
import { attachBackend } from "../../../lib/backend/attach.ts";
import type { Backend } from "../../../lib/backend/backend.ts";
import { runLoad } from "../../../lib/load/load_loop.ts";
import type { LoadWorkerConfiguration, LoadWorkerResult } from "../../../lib/load/load_worker.ts";
import { NumberedWorkload } from "../../../lib/load/numbered_workload.ts";
import { createPattern } from "../../../lib/load/pattern.ts";
import { Rng } from "../../../lib/load/rng.ts";
import { Witness } from "../../../lib/persist/witness.ts";
import { hashKey } from "../../../lib/store/hash.ts";
import { Abort } from "../../../lib/sync/abort.ts";
import { Phase, RUNNING } from "../../../lib/sync/phase.ts";
import { serveTask } from "../../../lib/sync/task.ts";

serveTask((configuration: LoadWorkerConfiguration): LoadWorkerResult => {
  const { seed, thread, threads, workload } = configuration;
  if (workload.kind !== "numbered") throw new Error("Cannot acknowledge: the load has no witness");
  const phase = Phase.attach(configuration.phase);
  const { backend, store } = attachBackend(configuration.backend, thread);
  const witness = Witness.ofAcknowledged(workload.witness, thread);
  const hasty: Backend = {
    put(key, value) {
      witness.acknowledged(store.version(store.shardOf(hashKey(key.words, key.length))));
      backend.put(key, value);
    },
    get: (key, out) => backend.get(key, out),
  };
  const numbered = new NumberedWorkload(new Rng(seed, 2 * thread), { round: workload.round, thread, threads });
  const pattern = createPattern(configuration.pattern, phase, new Rng(seed, 2 * thread + 1));
  phase.arrive();
  phase.waitFor(RUNNING, Abort.attach(configuration.abort));
  return { runtimeMs: 0, ...runLoad(hasty, numbered, pattern, phase) };
});
