/**
 * The progress line on the terminal: redraws it in place, and clears it before anything else is written.
 *
 * @module
 */
import { type Progress, progressLine } from "../report/progress_text.ts";
import { setStatusLine, STDERR, type Terminal } from "./terminal.ts";

/** Options of a progress line. */
export interface ProgressLineOptions {
  /** Whether to draw nothing at all. */
  readonly quiet?: boolean;
  /** Where to draw, if that is a terminal; default: stderr. */
  readonly terminal?: Terminal;
}

/** Ten times a second is as fast as a person can read. */
const PERIOD_MS = 100;

const LINE_START = "\r";
const ERASE_TO_LINE_END = "\x1b[K";

/** The line at the bottom of a terminal that shows what is going on. Does nothing if there is no terminal. */
export class StatusText {
  /** Whether the line is wanted and there is a terminal to draw it on. */
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

  /** Draws a text over the previous one. It must fit the width of the terminal. */
  draw(text: string): void {
    if (!this.isShown) return;
    this.#isDrawn = true;
    setStatusLine(this);
    this.#terminal.write(LINE_START + text + ERASE_TO_LINE_END);
  }

  /** Clears the line; the next text draws it again. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#terminal.write(LINE_START + ERASE_TO_LINE_END);
  }
}

/** The line that shows the progress of a run. */
export class ProgressLine extends StatusText {
  #drawnAtMs = -Infinity;

  /** Draws the progress, unless it has just been drawn. */
  update(progress: Progress): void {
    const nowMs = performance.now();
    if (nowMs - this.#drawnAtMs < PERIOD_MS) return;
    this.#drawnAtMs = nowMs;
    this.draw(progressLine(progress, this.columns()));
  }
}
