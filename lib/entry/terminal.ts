/**
 * Room of the terminal: what is written to stdout and stderr, and the signals that come from it. Only `main.ts` enters.
 *
 * @module
 */
import { escapeControls } from "../report/format.ts";
import type { StopSignal } from "../run/result.ts";

/** The exit code of a process that a signal ended. */
export const EXIT_SIGNALS: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Two signals closer than this are one: a terminal and a parent process may both pass on the same Ctrl-C. */
const SAME_SIGNAL_MS = 200;

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (!controller.signal.aborted) {
        firstAtMs = performance.now();
        warn(`kvlab: ${signal}: stopping; a second one quits at once, without writing what is left`);
        controller.abort(signal);
      } else if (performance.now() - firstAtMs > SAME_SIGNAL_MS) {
        warn(`kvlab: ${signal}: quit at once; acknowledged writes may be lost`);
        Deno.exit(EXIT_SIGNALS[signal]);
      }
    });
  }
  return controller.signal;
}

/** Writes a line to stderr. */
export function warn(line: string): void {
  write(Deno.stderr, escapeControls(line) + "\n");
}

/** Writes text or bytes to stdout as a whole, unless nobody reads it any more; returns whether somebody does. */
export function print(content: string | Uint8Array): boolean {
  return write(Deno.stdout, content);
}

function write(stream: typeof Deno.stdout | typeof Deno.stderr, content: string | Uint8Array): boolean {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    return false;
  }
}
