/**
 * Writes to stdout and stderr, clearing the status line first.
 *
 * @module
 */
import { PersistError } from "../system/persist_error.ts";
import { isAllPermitted } from "../system/system.ts";
import { escapeControls } from "../result/format.ts";
import { PLAIN, STYLED, type TextStyle } from "../report/text_layout.ts";

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

/** The streams that every process has for what it says. */
export type StandardStream = "stdout" | "stderr";

/**
 * Writes all of the content to stdout, or to stderr; returns false if nobody reads it any more.
 *
 * @throws {PersistError} when that fails
 */
export function print(content: string | Uint8Array, stream: StandardStream = "stdout"): boolean {
  statusLine?.clear();
  try {
    write(stream, content);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw new PersistError("write to", stream, error);
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
export const STDOUT: Terminal = {
  isTerminal: () => Deno.stdout.isTerminal(),
  columns: consoleColumns,
  write: (text) => print(text),
};

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
    write("stderr", text);
  } catch {
    // Only messages are lost, not the result.
  }
}

function write(name: StandardStream, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const own = ownFile(name);
  try {
    const stream = own ?? Deno[name];
    for (let done = 0; done < bytes.length;) {
      try {
        done += stream.writeSync(bytes.subarray(done));
      } catch (error) {
        if (!(error instanceof Deno.errors.Interrupted)) throw error;
      }
    }
  } finally {
    own?.close();
  }
}

const DESCRIPTORS: Readonly<Record<StandardStream, number>> = { stdout: 1, stderr: 2 };
/** Linux's flag of a file that does not wait. */
const O_NONBLOCK = 0o4000;

/**
 * Opens a stream once more, if it does not wait for whoever reads: another program that shares it may have set that,
 * and Deno then does not say how much it has written. What is opened here waits. `undefined` where the stream itself
 * waits, as it should, or cannot be opened, as a socket.
 */
function ownFile(name: StandardStream): Deno.FsFile | undefined {
  const descriptor = DESCRIPTORS[name];
  if (!isAllPermitted()) return undefined;
  try {
    const [, flags = ""] = /^flags:\s*(\d+)$/m.exec(Deno.readTextFileSync(`/proc/self/fdinfo/${descriptor}`)) ?? [];
    if ((parseInt(flags, 8) & O_NONBLOCK) === 0) return undefined;
    const path = `/proc/self/fd/${descriptor}`;
    const { isFifo, isCharDevice } = Deno.statSync(path);
    // A file would be written from its start.
    return isFifo || isCharDevice ? Deno.openSync(path, { write: true }) : undefined;
  } catch {
    return undefined;
  }
}
