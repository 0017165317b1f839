/**
 * What ends a load.
 *
 * @module
 */
import { given } from "../option/given.ts";
import { traceOf } from "../load/workload.ts";
import { roundUs } from "../replay/trace_summary.ts";
import type { RunOptions } from "./run_options.ts";

/** What ends a load; neither, if the end of its trace does. */
export interface LoadEnd {
  readonly ops?: number;
  readonly loadTimeMs?: number;
}

/** What ends the load: a number of operations, its time, or the end of a trace. */
export function loadEndOf({ ops, loadTimeMs, workload }: RunOptions): LoadEnd {
  if (ops !== undefined) return { ops };
  return workload.kind === "replay" && workload.endsLoad ? {} : { loadTimeMs };
}

/** How many operations the load has, if that is known beforehand. */
export function opsOf({ ops, workload }: RunOptions): number | undefined {
  if (workload.kind !== "replay" || workload.rounds === 0) return ops;
  return Math.min(ops ?? Infinity, workload.rounds * traceOf(workload).operations);
}

/**
 * The operations per second that begin in an open loop: those that are asked for, or the mean of a trace that is
 * replayed at a multiple of its speed; `undefined` in a closed loop.
 */
export function rateOf({ ratePerSec, workload }: RunOptions): number | undefined {
  if (workload.kind !== "replay" || workload.speed === undefined) return ratePerSec;
  const trace = traceOf(workload);
  return trace.operations * workload.speed / roundUs(trace) * 1e6;
}

/** What load workers are told about it. */
export function loadEndMembers(options: RunOptions) {
  return { ...loadEndOf(options), ...given({ ratePerSec: rateOf(options) }) };
}
