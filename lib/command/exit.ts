/**
 * How kvlab ends: its exit codes, the line on stderr that says what has failed, and the signals that end it, the first
 * one gracefully, a second one at once.
 *
 * @module
 */
import { UsageError } from "../option/wording.ts";
import { DamagedStoreError, reasonOf } from "../system/persist_error.ts";
import { abandonTemporaryDirectories } from "../system/temporary_directory.ts";
import { ignoresHangUp } from "../system/system.ts";
import type { StopSignal } from "../run/run_result.ts";
import { warn } from "./terminal.ts";

/** Exit code of a run that failed. */
export const EXIT_FAILURE = 1;
/** Exit code of an invalid command line. */
const EXIT_USAGE = 2;

/** Exit code when a crash lost more than the gauge or a promise allows, or a history is not linearizable. */
export const EXIT_NOT_HELD = 3;

/** Exit code of the commands that read a directory, when files in it are damaged. */
export const EXIT_DAMAGED = 3;

/** Exit code of the compare command, when a result is worse than the first by more than a limit allows. */
export const EXIT_WORSE = 4;

/** Formats any error as one line, without a stack. */
export function errorLine(error: unknown): string {
  const message = error instanceof Deno.errors.NotCapable
    ? `Cannot go on: ${reasonOf(error)}`
    : error instanceof Error
    ? error.message
    : String(error);
  return `kvlab: ${message.replaceAll(/\s*\n\s*/g, " ")}` + (error instanceof UsageError ? " (see kvlab --help)" : "");
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof DamagedStoreError) return EXIT_DAMAGED;
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
}

/** Exit codes of a process that was ended by a signal. */
export const EXIT_SIGNALS: Readonly<Record<StopSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Two signals within this time count as one: a terminal and a parent process may both pass on the same Ctrl-C. */
const SAME_SIGNAL_MS = 200;

/** What SIGHUP does; until {@linkcode stopOnSignals} is called, it just ends the process. */
let onHangUp: () => void = () => Deno.exit(EXIT_SIGNALS.SIGHUP);

/** Does what SIGHUP does; for a child whose parent has died. */
export function hangUp(): void {
  onHangUp();
}

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once, but its temporary directories
 * are still removed. A SIGHUP that was ignored from the start, as under `nohup`, stays ignored.
 *
 * @param onQuit called when the process is about to end at once; must not block
 */
export function stopOnSignals(onQuit: () => void = () => {}): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  const listen = (signal: StopSignal) => () => {
    if (!controller.signal.aborted) {
      firstAtMs = performance.now();
      warn(`kvlab: ${signal}: stopping; a second one quits at once, without writing what is left`);
      controller.abort(signal);
    } else if (performance.now() - firstAtMs > SAME_SIGNAL_MS) {
      warn(`kvlab: ${signal}: quit at once; acknowledged writes may be lost`);
      onQuit();
      abandonTemporaryDirectories();
      Deno.exit(EXIT_SIGNALS[signal]);
    }
  };
  // Must be asked first: from its first listener on, Deno catches all of these signals itself, ignored or not.
  const hangUpIsIgnored = ignoresHangUp();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, listen(signal));
  onHangUp = listen("SIGHUP");
  Deno.addSignalListener("SIGHUP", hangUpIsIgnored ? () => {} : listen("SIGHUP"));
  return controller.signal;
}
