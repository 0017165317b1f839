/**
 * Creates a distribution from a mix's options.
 *
 * @module
 */
import type { InsertOrder } from "../insert_order.ts";
import type { Rng } from "../rng.ts";
import type { MixOptions } from "../workload.ts";
import type { Distribution } from "./distribution.ts";
import { HotspotDistribution } from "./hotspot.ts";
import { LatestDistribution } from "./latest.ts";
import { ScrambledZipfianDistribution } from "./scrambled_zipfian.ts";
import { UniformDistribution } from "./uniform.ts";

/**
 * Creates a thread's distribution over the records that exist before the load.
 *
 * @param order which records the thread inserts
 */
export function createDistribution(rng: Rng, options: MixOptions, order: InsertOrder): Distribution {
  const { keyCount: records, zipfTheta: theta } = options;
  switch (options.distribution) {
    case "uniform":
      return new UniformDistribution(rng, records);
    case "zipfian":
      return new ScrambledZipfianDistribution(rng, { records, theta });
    case "latest":
      return new LatestDistribution(rng, { records, theta, order });
    case "hotspot":
      return new HotspotDistribution(rng, records);
  }
}
