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

/** The one line at the bottom of a terminal that shows how far a run is. It does nothing where there is no terminal. */
export class ProgressLine {
  /** Whether there is a terminal to draw it on, and it is wanted. */
  readonly isShown: boolean;
  readonly #terminal: Terminal;
  #isDrawn = false;
  #drawnAtMs = -Infinity;

  constructor({ quiet = false, terminal = STDERR }: ProgressLineOptions = {}) {
    this.#terminal = terminal;
    this.isShown = !quiet && terminal.isTerminal();
  }

  /** Draws the progress, unless it was drawn a moment ago. */
  update(progress: Progress): void {
    if (!this.isShown) return;
    const nowMs = performance.now();
    if (nowMs - this.#drawnAtMs < PERIOD_MS) return;
    this.#drawnAtMs = nowMs;
    this.#isDrawn = true;
    setStatusLine(this);
    this.#terminal.write(LINE_START + progressLine(progress, this.#terminal.columns()) + ERASE_TO_LINE_END);
  }

  /** Takes the line away; the next update draws it anew. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#terminal.write(LINE_START + ERASE_TO_LINE_END);
  }
}
