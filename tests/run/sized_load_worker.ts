/**
 * The sized load worker: a load worker for tests of values whose sizes change.
 *
 * @module
 */
import { servePuts } from "./put_worker.ts";
import { SizedLoad, THREADS_MAX } from "./sized_load.ts";

servePuts(({ workload, seed, thread }) => {
  if (workload.kind !== "mix") throw new Error("Cannot put values without their sizes");
  const { keyCount, valueBytesMin, valueBytesMax } = workload;
  const load = new SizedLoad(seed, thread, { keys: keyCount - THREADS_MAX, valueBytesMin, valueBytesMax });
  return { load, valueBytesMax, writesMin: 100 };
});
