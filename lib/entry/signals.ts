/**
 * The signals that end kvlab: the first one gracefully, a second one at once.
 *
 * @module
 */
import { abandonTemporaryDirectories } from "../system/temporary_directory.ts";
import { ignoresHangUp } from "../system/system.ts";
import type { StopSignal } from "../run/run_result.ts";
import { warn } from "./terminal.ts";

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
