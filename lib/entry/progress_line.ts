/**
 * The progress line on the terminal: draws it over itself, and takes it away before another line is written.
 *
 * @module
 */
import { type Progress, progressLine } from "../report/progress_text.ts";
import { setStatusLine, STDERR, type Terminal } from "./terminal.ts";

/** How a progress line is drawn. */
export interface ProgressLineOptions {
  /** Whether nothing is drawn at all. */
  readonly quiet?: boolean;
  /** Where it is drawn, if that is a terminal; default: stderr. */
  readonly terminal?: Terminal;
}

/** Ten times a second is as often as a person can read. */
const PERIOD_MS = 100;

const LINE_START = "\r";
const ERASE_TO_LINE_END = "\x1b[K";

/** The one line at the bottom of a terminal that says what is going on. It does nothing where there is no terminal. */
export class StatusText {
  /** Whether there is a terminal to draw it on, and it is wanted. */
  readonly isShown: boolean;
  readonly #terminal: Terminal;
  #isDrawn = false;

  constructor({ quiet = false, terminal = STDERR }: ProgressLineOptions = {}) {
    this.#terminal = terminal;
    this.isShown = !quiet && terminal.isTerminal();
  }

  /** The width of the terminal, in characters. */
  columns(): number {
    return this.#terminal.columns();
  }

  /** Draws a text over the one before; no longer than the terminal is wide. */
  draw(text: string): void {
    if (!this.isShown) return;
    this.#isDrawn = true;
    setStatusLine(this);
    this.#terminal.write(LINE_START + text + ERASE_TO_LINE_END);
  }

  /** Takes the line away; the next text draws it anew. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#terminal.write(LINE_START + ERASE_TO_LINE_END);
  }
}

/** The line that shows how far a run is. */
export class ProgressLine extends StatusText {
  #drawnAtMs = -Infinity;

  /** Draws the progress, unless it was drawn a moment ago. */
  update(progress: Progress): void {
    const nowMs = performance.now();
    if (nowMs - this.#drawnAtMs < PERIOD_MS) return;
    this.#drawnAtMs = nowMs;
    this.draw(progressLine(progress, this.columns()));
  }
}
