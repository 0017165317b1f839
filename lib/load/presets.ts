/**
 * The presets: the mix that each named workload starts from.
 *
 * @module
 */
import { sharesOf } from "./operation.ts";
import type { DistributionName, WorkloadName } from "./workload.ts";

/** What a mix starts from. */
export interface Preset {
  /** The share of each kind of operation, by its number; they add up to 1. */
  readonly shares: readonly number[];
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
  seed: { shares: sharesOf({ read: 0.1, update: 0.9 }), distribution: "uniform", preload: false },
  a: { shares: sharesOf({ read: 0.5, update: 0.5 }), distribution: "zipfian", preload: true },
  b: { shares: sharesOf({ read: 0.95, update: 0.05 }), distribution: "zipfian", preload: true },
  c: { shares: sharesOf({ read: 1 }), distribution: "zipfian", preload: true },
  d: { shares: sharesOf({ read: 0.95, insert: 0.05 }), distribution: "latest", preload: true },
  f: { shares: sharesOf({ read: 0.5, read_modify_write: 0.5 }), distribution: "zipfian", preload: true },
};
