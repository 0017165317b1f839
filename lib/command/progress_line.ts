/**
 * The progress line on the terminal: what it says, and how it is redrawn in place, and cleared before anything else is
 * written.
 *
 * @module
 */
import { setStatusLine, STDERR, type Terminal } from "./terminal.ts";
import type { LiveReading } from "../run/live.ts";
import { formatSeconds, numberFormat } from "../result/format.ts";

/** Options of a progress line. */
interface ProgressLineOptions {
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

/** How far a run has got. */
export interface Progress extends LiveReading {
  /** The number of this run, from 1, and the number of runs. */
  readonly run?: { readonly number: number; readonly runs: number };
}

/** Separates the parts of the line. */
const GAP = "  ";

/** Ages below this have a decimal. */
const COARSE_AGE_MS = 10;

const grouped = numberFormat({ maximumFractionDigits: 0 });

/**
 * The progress on one line, without a newline:
 *
 * ```text
 * load 3.2 s / 10 s  8,412,331 ops/s  queue 12/8192  at risk 1,024 writes, 48 ms
 * run 2/5  preload 1.0 s  12,000 / 100,000 keys
 * ```
 *
 * It leaves the terminal's last column free, because many terminals wrap there. If the line is too long, parts are left
 * out from the end, each as a whole, so that no number loses its last digits; only an overlong first part is cut.
 *
 * @param columns the width of the terminal
 */
export function progressLine(progress: Progress, columns: number): string {
  const widthMax = Math.max(0, columns - 1);
  const [first = "", ...others] = partsOf(progress);
  let line = first.slice(0, widthMax);
  for (const part of others) {
    if (line.length + GAP.length + part.length > widthMax) break;
    line += GAP + part;
  }
  return line;
}

function partsOf({ phase, elapsedMs, totalMs, keys, ops, opsPerSec, queue, atRisk, run }: Progress): string[] {
  const total = totalMs === undefined ? "" : ` / ${formatSeconds(totalMs)} s`;
  const parts = [`${phase.replace("_", " ")} ${tenths(elapsedMs / 1000)} s${total}`];
  if (run !== undefined) parts.unshift(`run ${run.number}/${run.runs}`);
  if (keys !== undefined) parts.push(`${grouped(keys.done)} / ${grouped(keys.total)} keys`);
  if (ops !== undefined) parts.push(`${grouped(ops.done)} / ${grouped(ops.total)} ops`);
  if (opsPerSec !== undefined) parts.push(`${grouped(opsPerSec)} ops/s`);
  if (queue !== undefined) parts.push(`queue ${queue.queued}/${queue.depth}`);
  if (atRisk !== undefined) parts.push(`at risk ${writesText(atRisk.writes)}, ${ageText(atRisk.ageMs)}`);
  return parts;
}

function writesText(writes: number): string {
  return `${grouped(writes)} ${writes === 1 ? "write" : "writes"}`;
}

function ageText(ageMs: number): string {
  if (ageMs >= 1000) return `${tenths(ageMs / 1000)} s`;
  return `${ageMs < COARSE_AGE_MS ? tenths(ageMs) : Math.round(ageMs)} ms`;
}

function tenths(value: number): string {
  return value.toFixed(1);
}
