/**
 * The load that the crash command cuts short.
 *
 * @module
 */
import type { EngineBackendOptions, FileBackendOptions } from "../backend/backend.ts";
import { type NumberedLoad, NumberedMix } from "../load/numbered_load.ts";
import { NumberedTrace } from "../load/numbered_trace.ts";
import type { MixOptions, ReplayOptions } from "../load/workload.ts";
import type { RunOptions } from "../run/run_options.ts";

/** A backend that can keep something across a crash. */
export type CrashBackend = FileBackendOptions | EngineBackendOptions;

/** A load to be cut short: its puts can be told apart, and its backend keeps something across a crash. */
export type CrashLoad = RunOptions & { readonly backend: CrashBackend; readonly workload: MixOptions | ReplayOptions };

/**
 * What is known of a load without running it.
 *
 * @throws {PersistError} when its trace cannot be read
 */
export async function numberedLoadOf(workload: CrashLoad["workload"]): Promise<NumberedLoad> {
  return workload.kind === "mix" ? new NumberedMix(workload) : await NumberedTrace.read(workload);
}

/** Whether the records are put before the first child. */
export function isPreloaded(workload: CrashLoad["workload"]): boolean {
  return workload.kind === "mix" && workload.preload;
}

/** The load of a child, which continues from what is there. */
export function unpreloaded(workload: CrashLoad["workload"]): CrashLoad["workload"] {
  return workload.kind === "mix" ? { ...workload, preload: false } : workload;
}
