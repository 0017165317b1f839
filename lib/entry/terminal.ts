/**
 * Writes to stdout and stderr, clearing the status line first.
 *
 * @module
 */
import { PersistError } from "../persist/persist_error.ts";
import { escapeControls } from "../report/format.ts";
import { PLAIN, STYLED, type TextStyle } from "../report/text_style.ts";

/** A line at the bottom of the terminal that gives way to all other output. */
export interface StatusLine {
  /** Clears the line. */
  clear(): void;
}

let statusLine: StatusLine | undefined;

/** From now on, clears this line before anything else is written. */
export function setStatusLine(line: StatusLine): void {
  statusLine = line;
}

/** Writes a line to stderr, if possible. */
export function warn(line: string): void {
  statusLine?.clear();
  tell(escapeControls(line) + "\n");
}

/**
 * Writes all of the content to stdout; returns false if nobody reads it any more.
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

/**
 * How results are styled on stdout: plain if that is not a terminal, or one that knows no escape sequences, or if
 * `NO_COLOR` is set (no-color.org).
 */
export function stdoutStyle(): TextStyle {
  return Deno.stdout.isTerminal() && !Deno.noColor && !isDumb() ? STYLED : PLAIN;
}

/** Whether the terminal says that it knows no escape sequences, as those inside of editors do. */
function isDumb(): boolean {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "TERM" });
  return state === "granted" && Deno.env.get("TERM") === "dumb";
}

/** What is needed to draw and redraw a line. */
export interface Terminal {
  isTerminal(): boolean;
  /** The current width, in characters. */
  columns(): number;
  /** Writes text as is, including escape sequences. */
  write(text: string): void;
}

/** The width assumed for a terminal that does not tell its own. */
const COLUMNS_USUAL = 80;

/** The terminal behind stderr, if there is one on which a line can be redrawn. */
export const STDERR: Terminal = {
  isTerminal: () => Deno.stderr.isTerminal() && !isDumb(),
  columns: consoleColumns,
  write: tell,
};

/** The terminal behind stdout, if there is one. */
export const STDOUT: Terminal = { isTerminal: () => Deno.stdout.isTerminal(), columns: consoleColumns, write: print };

function consoleColumns(): number {
  try {
    return Deno.consoleSize().columns || COLUMNS_USUAL;
  } catch {
    return COLUMNS_USUAL;
  }
}

/** Writes to stderr. If that fails, there is nobody to tell, and no result is lost. */
function tell(text: string): void {
  try {
    write(Deno.stderr, text);
  } catch {
    // Only messages are lost, not the result.
  }
}

function write(stream: typeof Deno.stdout | typeof Deno.stderr, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
}
