/**
 * Room of the load worker: the Web Worker that runs the load loop on one thread.
 *
 * @module
 */
import { attachBackend, type BackendHandle } from "../backend/attach.ts";
import { Abort } from "../sync/abort.ts";
import { Phase, type PhaseHandle, RUNNING } from "../sync/phase.ts";
import { serveTask, type TaskConfiguration } from "../sync/task.ts";
import { type LoadCounts, runLoad } from "./load_loop.ts";
import { WitnessedBackend } from "../backend/witnessed.ts";
import { Witness } from "../persist/witness.ts";
import { createPattern, type PatternName } from "./pattern.ts";
import { Rng } from "./rng.ts";
import { NumberedWorkload } from "./numbered_workload.ts";
import { MixedWorkload } from "./mixed_workload.ts";
import { SeedWorkload, type Workload, type WorkloadOptions } from "./workload.ts";

/** What a load worker gets. */
export interface LoadWorkerConfiguration extends TaskConfiguration {
  readonly phase: PhaseHandle;
  readonly backend: BackendHandle;
  readonly workload: WorkloadOptions;
  readonly pattern: PatternName;
  readonly seed: number;
  /** Number of load workers. */
  readonly threads: number;
  /** Index of the worker, from 0. */
  readonly thread: number;
}

/** What a load worker has done. */
export interface LoadWorkerResult extends LoadCounts {
  /** From the common start to the end of its last operation, in milliseconds. */
  readonly runtimeMs: number;
}

function createWorkload(
  options: WorkloadOptions,
  rng: Rng,
  { thread, threads }: { thread: number; threads: number },
): Workload {
  switch (options.kind) {
    case "seed":
      return new SeedWorkload(rng);
    case "mix":
      return new MixedWorkload(rng, options, { thread, threads });
    case "numbered":
      return new NumberedWorkload(rng, { round: options.round, thread, threads });
  }
}

serveTask((configuration: LoadWorkerConfiguration): LoadWorkerResult => {
  const { seed, thread, threads, workload: workloadOptions } = configuration;
  const phase = Phase.attach(configuration.phase);
  const { backend, store } = attachBackend(configuration.backend, thread);
  // Two streams for each thread, so that the waits do not change the operations.
  const operations = new Rng(seed, 2 * thread);
  const pattern = createPattern(configuration.pattern, phase, new Rng(seed, 2 * thread + 1));

  phase.arrive();
  phase.waitFor(RUNNING, Abort.attach(configuration.abort));
  const startedAtMs = performance.now();
  const workload = createWorkload(workloadOptions, operations, { thread, threads });
  const witnessed = workloadOptions.kind !== "numbered"
    ? backend
    : new WitnessedBackend({ backend, store, witness: Witness.ofAcknowledged(workloadOptions.witness, thread) });
  const counts = runLoad(witnessed, workload, pattern, phase);
  const runtimeMs = performance.now() - startedAtMs;
  return { runtimeMs, ...counts };
});
