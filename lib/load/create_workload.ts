/**
 * Creates the workload that a load worker's configuration asks for.
 *
 * @module
 */
import { isEngine } from "../backend/backends.ts";
import type { LoadWorkerConfiguration } from "./load_worker_configuration.ts";
import { MixedWorkload } from "./mixed_workload.ts";
import { NumberedWorkload } from "./numbered_workload.ts";
import { Rng } from "./rng.ts";
import { DistinctSeedWorkload, SeedWorkload } from "./seed_workload.ts";
import type { Workload } from "./workload.ts";

/** The position of a thread, or of one of its lanes, among all that share the operations. */
export interface WorkloadPlace {
  /** From 0. */
  readonly thread: number;
  readonly threads: number;
}

/**
 * Creates the workload for a place. Each place has two streams of random numbers, so that the waits do not affect the
 * operations.
 */
export function createWorkload(
  { workload, seed, witness, backend }: Pick<LoadWorkerConfiguration, "workload" | "seed" | "witness" | "backend">,
  { thread, threads }: WorkloadPlace,
): Workload {
  const rng = new Rng(seed, 2 * thread);
  if (workload.kind === "seed") {
    return isEngine(backend.name) ? new DistinctSeedWorkload(rng, { thread, threads }) : new SeedWorkload(rng);
  }
  if (witness === undefined) return new MixedWorkload(rng, workload, { thread, threads });
  return new NumberedWorkload(rng, workload, { round: witness.round, thread, threads });
}
