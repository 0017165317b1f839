/**
 * From a load worker's configuration to its workload.
 *
 * @module
 */
import type { LoadWorkerConfiguration } from "./load_worker.ts";
import { MixedWorkload } from "./mixed_workload.ts";
import { NumberedWorkload } from "./numbered_workload.ts";
import { Rng } from "./rng.ts";
import { DistinctSeedWorkload, SeedWorkload } from "./seed_workload.ts";
import type { Workload } from "./workload.ts";

/** One among those that share the operations: a thread, or a lane of one. */
export interface WorkloadPlace {
  /** From 0. */
  readonly thread: number;
  readonly threads: number;
}

/**
 * The workload of a place. There are two streams of random numbers for each, so that the waits do not change the
 * operations.
 */
export function createWorkload(
  { workload, seed, witness, backend }: Pick<LoadWorkerConfiguration, "workload" | "seed" | "witness" | "backend">,
  { thread, threads }: WorkloadPlace,
): Workload {
  const rng = new Rng(seed, 2 * thread);
  if (workload.kind === "seed") {
    return backend.kind === "engine" ? new DistinctSeedWorkload(rng, { thread, threads }) : new SeedWorkload(rng);
  }
  if (witness === undefined) return new MixedWorkload(rng, workload, { thread, threads });
  return new NumberedWorkload(rng, workload, { round: witness.round, thread, threads });
}
