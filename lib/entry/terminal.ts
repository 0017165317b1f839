/**
 * Room of the terminal: what is written to stdout and stderr, and the signals that come from it. Only `main.ts`
 * and the progress line enter.
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

/** A line on the terminal that gives way to all others. */
export interface StatusLine {
  /** Takes it away. */
  clear(): void;
}

let statusLine: StatusLine | undefined;

/** Has a line cleared before anything else is written, from now on. */
export function setStatusLine(line: StatusLine): void {
  statusLine = line;
}

/** Writes a line to stderr. */
export function warn(line: string): void {
  statusLine?.clear();
  write(Deno.stderr, escapeControls(line) + "\n");
}

/** Writes text or bytes to stdout as a whole, unless nobody reads it any more; returns whether somebody does. */
export function print(content: string | Uint8Array): boolean {
  statusLine?.clear();
  return write(Deno.stdout, content);
}

/** What a line that is drawn again and again needs to know of where it is drawn. */
export interface Terminal {
  isTerminal(): boolean;
  /** The width at the moment, in characters. */
  columns(): number;
  /** Writes text as it is, escape sequences included. */
  write(text: string): void;
}

/** The width of a terminal that does not tell. */
const COLUMNS_USUAL = 80;

/** The terminal behind stderr, if there is one. */
export const STDERR: Terminal = {
  isTerminal: () => Deno.stderr.isTerminal(),
  columns: () => {
    try {
      return Deno.consoleSize().columns || COLUMNS_USUAL;
    } catch {
      return COLUMNS_USUAL;
    }
  },
  write: (text) => void write(Deno.stderr, text),
};

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
