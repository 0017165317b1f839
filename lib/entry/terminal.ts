/**
 * Writing to stdout and stderr, around a status line that gives way to all others.
 *
 * @module
 */
import { escapeControls } from "../report/format.ts";

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
