/**
 * How a run reports what it does, and is told to stop.
 *
 * @module
 */
import type { SetAsideFile } from "../persist/layout/stored_state.ts";
import type { LiveReading } from "./live.ts";
import type { PhaseResult } from "./measurements.ts";

/** What whoever runs it gives to a run. */
export interface RunHooks {
  /** Aborted with a `StopSignal` as its reason to end the run in an orderly way. */
  readonly stop?: AbortSignal;
  /** Called for each damaged file that was set aside. */
  onSetAside?(file: SetAsideFile): void;
  /** Called for anything that makes the result less meaningful than it seems. */
  onWarning?(message: string): void;
  /** Called when the next part of the run begins. */
  onProgress?(message: string): void;
  /** Called when the run enters a phase. */
  onPhase?(phase: PhaseResult["phase"]): void;
  /** Called several times a second with the current readings. */
  onReading?(reading: LiveReading): void;
  /** Creates a load worker; for tests that need their own. */
  createLoadWorker?(): Worker;
  /** Creates the file worker; for tests that need their own. */
  createFileWorker?(): Worker;
}
