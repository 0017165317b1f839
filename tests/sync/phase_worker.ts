/**
 * The worker of the phase's tests.
 *
 * @module
 */
import { Abort, AbortError, type AbortHandle } from "../../lib/sync/abort.ts";
import { Phase, type PhaseHandle, RUNNING, STOPPING } from "../../lib/sync/phase.ts";
import { serve } from "./serve.ts";

/** One worker's part: arrive, run, stop. */
export interface PhaseConfig {
  readonly phase: PhaseHandle;
  readonly abort: AbortHandle;
  /** Plain words that the main thread writes before it moves on: 1 before the start, 2 before the stop. */
  readonly written: Int32Array<SharedArrayBuffer>;
  /** How often to arrive before each wait and at the end, so that there is something to lose. */
  readonly arrivals: number;
}

/** What a worker saw. */
export interface PhaseResult {
  /** The phase on arrival, and after each wait. */
  readonly phases: number[];
  /** What the main thread had written after each wait. */
  readonly written: number[];
  /** Whether a wait ended in an AbortError. */
  readonly aborted: boolean;
}

if (import.meta.main) {
  serve((config: PhaseConfig): PhaseResult => {
    const phase = Phase.attach(config.phase);
    const abort = Abort.attach(config.abort);
    const phases = [phase.current];
    const written: number[] = [];
    const arrive = () => {
      for (let i = 0; i < config.arrivals; i++) phase.arrive();
    };
    arrive();
    for (const next of [RUNNING, STOPPING]) {
      try {
        phase.waitFor(next, abort);
      } catch (error) {
        if (error instanceof AbortError) return { phases, written, aborted: true };
        throw error;
      }
      phases.push(phase.current);
      written.push(config.written[0]!);
      arrive();
    }
    return { phases, written, aborted: false };
  });
}
