/**
 * The presets: the mix that each named workload starts from.
 *
 * @module
 */
import type { DistributionName, WorkloadName } from "./workload.ts";

/** What a mix starts from. */
export interface Preset {
  /** The share of each kind of operation, by its number; they add up to 1. */
  readonly shares: readonly [read: number, update: number, insert: number, readModifyWrite: number];
  readonly distribution: DistributionName;
  readonly preload: boolean;
}

/** YCSB's exponent for the zipfian and latest distributions. */
export const ZIPF_THETA = 0.99;

/**
 * The seed's load as a mix, and those of YCSB's core workloads that need no scans: Brian F. Cooper et al.,
 * "Benchmarking Cloud Serving Systems with YCSB" (SoCC 2010), as in YCSB's files `workloads/workloada` and so on.
 */
export const PRESETS: Readonly<Record<WorkloadName, Preset>> = {
  seed: { shares: [0.1, 0.9, 0, 0], distribution: "uniform", preload: false },
  a: { shares: [0.5, 0.5, 0, 0], distribution: "zipfian", preload: true },
  b: { shares: [0.95, 0.05, 0, 0], distribution: "zipfian", preload: true },
  c: { shares: [1, 0, 0, 0], distribution: "zipfian", preload: true },
  d: { shares: [0.95, 0, 0.05, 0], distribution: "latest", preload: true },
  f: { shares: [0.5, 0, 0, 0.5], distribution: "zipfian", preload: true },
};
