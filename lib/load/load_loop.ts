/**
 * Room of the load loop: operation after operation until the run stops.
 *
 * @module
 */
import type { Backend } from "../backend/backend.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { Phase, RUNNING as PHASE_RUNNING } from "../sync/phase.ts";
import { UPDATE } from "./operation.ts";
import type { Pattern } from "./pattern.ts";
import type { Workload } from "./workload.ts";

/** What a load loop has done. */
export interface LoadCounts {
  readonly reads: number;
  readonly writes: number;
  /** Reads that found their key. */
  readonly hits: number;
}

/** Constants of this module's own: V8 folds these, but not imported ones. */
const RUNNING = PHASE_RUNNING;
const PHASE_INDEX = Phase.INDEX;

/**
 * Runs the workload against the backend for as long as the run is in its running phase. Each call site here sees one
 * class per worker, so V8 inlines what it calls.
 *
 * The phase is read plainly, not by `Atomics.load`, which costs a call: the loop's own atomic operations and calls make
 * V8 read it anew each time round.
 */
export function runLoad(backend: Backend, workload: Workload, pattern: Pattern, phase: Phase): LoadCounts {
  const phaseWords = phase.words;
  const out = new PaddedBytes(workload.value.length);
  let reads = 0, writes = 0, hits = 0;
  while (phaseWords[PHASE_INDEX] === RUNNING) {
    workload.next();
    if (workload.kind === UPDATE) {
      backend.put(workload.key, workload.value);
      writes++;
    } else {
      if (backend.get(workload.key, out)) hits++;
      reads++;
    }
    pattern.pause();
  }
  return { reads, writes, hits };
}
