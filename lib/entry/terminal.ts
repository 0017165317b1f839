/**
 * Writing to stdout and stderr, around a status line that gives way to all others.
 *
 * @module
 */
import { PersistError } from "../persist/persist_error.ts";
import { escapeControls } from "../report/format.ts";
import { PLAIN, STYLED, type TextStyle } from "../report/text_style.ts";

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

/** Writes a line to stderr, if that can be written. */
export function warn(line: string): void {
  statusLine?.clear();
  tell(escapeControls(line) + "\n");
}

/**
 * Writes text or bytes to stdout as a whole, unless nobody reads it any more; returns whether somebody does.
 *
 * @throws {PersistError} when that fails
 */
export function print(content: string | Uint8Array): boolean {
  statusLine?.clear();
  try {
    write(Deno.stdout, content);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw new PersistError("write to", "stdout", error);
  }
}

/** How results are set on stdout: plain for whatever is no terminal, and where `NO_COLOR` is set (no-color.org). */
export function stdoutStyle(): TextStyle {
  return Deno.stdout.isTerminal() && !Deno.noColor ? STYLED : PLAIN;
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
export const STDERR: Terminal = { isTerminal: () => Deno.stderr.isTerminal(), columns: consoleColumns, write: tell };

/** The terminal behind stdout, if there is one. */
export const STDOUT: Terminal = { isTerminal: () => Deno.stdout.isTerminal(), columns: consoleColumns, write: print };

function consoleColumns(): number {
  try {
    return Deno.consoleSize().columns || COLUMNS_USUAL;
  } catch {
    return COLUMNS_USUAL;
  }
}

/** Writes to stderr. Where that fails there is nobody to tell, and no result is lost. */
function tell(text: string): void {
  try {
    write(Deno.stderr, text);
  } catch {
    // What is said beside the result may go unheard.
  }
}

function write(stream: typeof Deno.stdout | typeof Deno.stderr, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
}
