/**
 * The worker for the workload benchmarks: chooses operations of one workload, as a load worker does, but does not run
 * them. It never sees another workload, so V8 knows which distribution it calls, as in a load worker.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { MixedWorkload } from "../lib/load/mixed_workload.ts";
import { Rng } from "../lib/load/rng.ts";
import { SeedWorkload } from "../lib/load/seed_workload.ts";
import type { MadeUpOptions, Workload } from "../lib/load/workload.ts";

/** Which workload, and how many operations to choose at each message. */
export interface ChoosingTask {
  readonly workload: MadeUpOptions;
  readonly operations: number;
}

/** The first message is the task, answered when the worker is ready; each further one is answered when it is done. */
self.onmessage = ({ data: { workload: options, operations } }: MessageEvent<ChoosingTask>) => {
  const rng = new Rng(1);
  const place = { thread: 0, threads: 1 };
  const workload = options.kind === "seed" ? new SeedWorkload(rng) : new MixedWorkload(rng, options, place);
  self.onmessage = () => self.postMessage(choose(workload, operations));
  self.postMessage(0);
};

/** Returns something that depends on every operation, so that none can be optimized away. */
function choose(workload: Workload, operations: number): number {
  let sum = 0;
  for (let i = 0; i < operations; i++) {
    workload.next();
    sum += workload.kind;
  }
  return sum;
}
