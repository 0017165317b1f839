/**
 * What a load worker is told at its start.
 *
 * @module
 */
import type { BackendHandle } from "../backend/backends.ts";
import type { WitnessOptions } from "../persist/witness.ts";
import type { PhaseHandle } from "../sync/phase.ts";
import type { TaskConfiguration } from "../sync/task.ts";
import type { LoadMeterHandle } from "./load_meter.ts";
import type { PatternName } from "./pattern.ts";
import type { WorkloadOptions } from "./workload.ts";

/** A load worker's configuration. */
export interface LoadWorkerConfiguration extends TaskConfiguration {
  readonly phase: PhaseHandle;
  readonly meter: LoadMeterHandle;
  readonly backend: BackendHandle;
  readonly workload: WorkloadOptions;
  readonly pattern: PatternName;
  /** Operations that all threads together begin per second, if the loop is open. */
  readonly ratePerSec?: number;
  /** How long the load lasts, in milliseconds, unless a number of operations ends it. */
  readonly loadTimeMs?: number;
  /** Operations after which all threads together end, unless time ends the load. */
  readonly ops?: number;
  /** One operation in this many is timed; none if absent. */
  readonly latencySample?: number;
  readonly seed: number;
  /** Where acknowledgements are recorded, and what makes puts distinguishable; neither happens if absent. */
  readonly witness?: WitnessOptions;
  /** Number of load workers. */
  readonly threads: number;
  /** Index of the worker, from 0. */
  readonly thread: number;
}
