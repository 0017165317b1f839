/**
 * The load that the crash command cuts short.
 *
 * @module
 */
import type { EngineBackendOptions, FileBackendOptions } from "../backend/backend.ts";
import type { MixOptions } from "../load/workload.ts";
import type { RunOptions } from "../run/run_options.ts";

/** A backend that can keep something across a crash. */
export type CrashBackend = FileBackendOptions | EngineBackendOptions;

/** A load to be cut short: its puts can be told apart, and its backend keeps something across a crash. */
export type CrashLoad = RunOptions & { readonly backend: CrashBackend; readonly workload: MixOptions };
