/**
 * How large a workload's puts are.
 *
 * @module
 */
import { SEED_KEY_COUNT, SEED_VALUE } from "./seed_workload.ts";
import type { WorkloadOptions } from "./workload.ts";

/**
 * The mean length of a put's key and value together, in bytes, over all records; that is also the mean of many puts.
 */
export function meanPutBytes(workload: WorkloadOptions): number {
  if (workload.kind === "seed") return meanSeedKeyBytes() + SEED_VALUE.length;
  return workload.keyBytes + (workload.valueBytesMin + workload.valueBytesMax) / 2;
}

/** The mean length of the seed's keys, all of which are equally frequent. */
function meanSeedKeyBytes(): number {
  let digits = 0;
  for (let from = 0, to = 10; from < SEED_KEY_COUNT; from = to, to *= 10) {
    digits += (Math.min(to, SEED_KEY_COUNT) - from) * String(to - 1).length;
  }
  return "Key".length + digits / SEED_KEY_COUNT;
}
