/**
 * The signals that end kvlab: the first one in an orderly way, a second one at once.
 *
 * @module
 */
import { abandonTemporaryDirectories } from "../persist/temporary_directory.ts";
import { ignoresHangUp } from "../persist/system.ts";
import type { StopSignal } from "../run/run_result.ts";
import { warn } from "./terminal.ts";

/** The exit code of a process that a signal ended. */
export const EXIT_SIGNALS: Readonly<Record<StopSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Two signals closer than this are one: a terminal and a parent process may both pass on the same Ctrl-C. */
const SAME_SIGNAL_MS = 200;

/** What a signal does once {@linkcode stopOnSignals} has been called; before, there is nothing to end but the process. */
let onHangUp: () => void = () => Deno.exit(EXIT_SIGNALS.SIGHUP);

/** Does what a SIGHUP does: for a child whose parent has gone. */
export function hangUp(): void {
  onHangUp();
}

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once; its temporary directories go
 * away all the same. A SIGHUP that was ignored from the start, as under `nohup`, stays so.
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
  // To be asked first: with its first listener, Deno catches all of these signals itself, ignored or not.
  const hangUpIsIgnored = ignoresHangUp();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, listen(signal));
  onHangUp = listen("SIGHUP");
  Deno.addSignalListener("SIGHUP", hangUpIsIgnored ? () => {} : listen("SIGHUP"));
  return controller.signal;
}
