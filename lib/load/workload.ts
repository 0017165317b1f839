/**
 * The workload: which operation comes next, on which key, with which value; its options, and the mix that each named
 * workload starts from.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import type { TraceFormatName } from "../replay/format/formats.ts";
import { TRACE } from "../replay/format/trace_format.ts";
import type { TraceSummary } from "../replay/trace_summary.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { DELETE, INSERT, OPERATIONS, sharesOf } from "./operation.ts";

/** Chooses a sequence of operations, and describes the one at hand. */
export interface Workload {
  /** The key of the operation at hand. */
  readonly key: PaddedBytes;
  /** The value of the operation at hand, if it puts one. */
  readonly value: PaddedBytes;
  /** The kind of the operation at hand, as numbered in `operation.ts`. */
  readonly kind: number;
  /** The most records that the operation at hand reads, if it scans; only present where operations may. */
  readonly scanLength?: number;
  /** Chooses the next operation. */
  next(): void;
}

/** The names of the workloads, in the order shown to users: the seed's, and YCSB's core mixes. */
export const WORKLOAD_NAMES = ["seed", "a", "b", "c", "d", "e", "f"] as const;

/** A workload that a mix can start from. */
export type WorkloadName = typeof WORKLOAD_NAMES[number];

/** The names of the distributions, in the order shown to users. */
export const DISTRIBUTION_NAMES = ["uniform", "zipfian", "latest", "hotspot"] as const;

/** How often each key is chosen. */
type DistributionName = typeof DISTRIBUTION_NAMES[number];

/** A mix of operations on records of a given size, as in YCSB. */
export interface MixOptions {
  readonly kind: "mix";
  /** The workload that the mix is, or that it started from before flags changed it. */
  readonly name: WorkloadName;
  /** The share of each kind of operation, by its number; they add up to 1. */
  readonly shares: readonly number[];
  /** Number of records that exist before the load, whether preloaded or not. Keys are chosen from these. */
  readonly keyCount: number;
  /** Number of records that there is room for, including those that the load inserts. */
  readonly keyCountMax: number;
  /** Length of every key, in bytes. */
  readonly keyBytes: number;
  /** Length of the values, in bytes: uniform from the least to the greatest, both inclusive. */
  readonly valueBytesMin: number;
  readonly valueBytesMax: number;
  /** The part of their size to which compression shrinks the values, above 0; at 1 they are random text throughout. */
  readonly compressible: number;
  readonly distribution: DistributionName;
  /** The exponent of the zipfian and the latest distribution, above 0 and below 1. */
  readonly zipfTheta: number;
  /** The most records that a scan reads: as many as that, or any number below, equally often. Present if it scans. */
  readonly scanLength?: number;
  /** Whether all records are put before the load, in a phase of their own. */
  readonly preload: boolean;
}

/** The replay of a trace. */
export interface ReplayOptions {
  readonly kind: "replay";
  /** The trace's file. */
  readonly path: string;
  /** Its format; found out if absent. */
  readonly format?: TraceFormatName;
  /** How many times as fast as the trace it is, in an open loop; as fast as it goes if absent. */
  readonly speed?: number;
  /** How often the trace is replayed; 0: until the load ends otherwise. */
  readonly rounds: number;
  /** Of the trace, only so many operations; all if absent. */
  readonly roundOpsMax?: number;
  /** Whether only the end of the trace ends the load, neither its time nor a number of operations. */
  readonly endsLoad: boolean;
  /** As of a mix. */
  readonly compressible: number;
  /** What is in the trace; absent until it has been read. */
  readonly trace?: TraceSummary;
}

/** A load that is made up: the seed's workload, or a mix. */
export type MadeUpOptions = { readonly kind: "seed" } | MixOptions;

/** A load that is made up, or the replay of a trace. */
export type WorkloadOptions = MadeUpOptions | ReplayOptions;

/**
 * What is in the trace of a replay.
 *
 * @throws {Error} when it has not been read
 */
export function traceOf({ trace, path }: ReplayOptions): TraceSummary {
  if (trace === undefined) throw new Error(`Cannot replay ${path}: it has not been read`);
  return trace;
}

/** Whether the load adds records, so that `keyCountMax` applies. */
export function hasInserts({ shares }: Pick<MixOptions, "shares">): boolean {
  return (shares[INSERT] ?? 0) > 0;
}

/** Whether the load removes records. */
export function hasDeletes(workload: MixOptions | ReplayOptions): boolean {
  if (workload.kind === "replay") return (traceOf(workload).kinds[TRACE.DELETE] ?? 0) > 0;
  return (workload.shares[DELETE] ?? 0) > 0;
}

/** Whether the load scans, so that `scanLength` applies, and the backend has to keep its keys in order. */
export function hasScans({ shares }: Pick<MixOptions, "shares">): boolean {
  return OPERATIONS.some(({ needsOrder }, kind) => needsOrder && (shares[kind] ?? 0) > 0);
}

/** Whether the distribution has an exponent, so that `zipfTheta` applies. */
export function hasTheta({ distribution }: Pick<MixOptions, "distribution">): boolean {
  return distribution === "zipfian" || distribution === "latest";
}

/** What a mix may put. */
export function mixKeySpace({ keyCountMax, keyBytes, valueBytesMin, valueBytesMax }: MixOptions): KeySpace {
  return {
    keyCount: keyCountMax,
    keyLengthMax: keyBytes,
    valueLengthMax: valueBytesMax,
    valueLengthMin: valueBytesMin,
  };
}

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
 * The seed's load as a mix, and those of YCSB's core workloads: Brian F. Cooper et al., "Benchmarking Cloud Serving
 * Systems with YCSB" (SoCC 2010), as in YCSB's files `workloads/workloada` and so on.
 */
export const PRESETS: Readonly<Record<WorkloadName, Preset>> = {
  seed: { shares: sharesOf({ read: 0.1, update: 0.9 }), distribution: "uniform", preload: false },
  a: { shares: sharesOf({ read: 0.5, update: 0.5 }), distribution: "zipfian", preload: true },
  b: { shares: sharesOf({ read: 0.95, update: 0.05 }), distribution: "zipfian", preload: true },
  c: { shares: sharesOf({ read: 1 }), distribution: "zipfian", preload: true },
  d: { shares: sharesOf({ read: 0.95, insert: 0.05 }), distribution: "latest", preload: true },
  e: { shares: sharesOf({ scan: 0.95, insert: 0.05 }), distribution: "zipfian", preload: true },
  f: { shares: sharesOf({ read: 0.5, read_modify_write: 0.5 }), distribution: "zipfian", preload: true },
};
