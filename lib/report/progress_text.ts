/**
 * The progress line: what a run is doing, for a person watching a terminal. A pure function; the caller draws the
 * result.
 *
 * @module
 */
import type { LiveReading } from "../run/live.ts";
import { formatSeconds } from "../result/format.ts";

/** How far a run has got. */
export interface Progress extends LiveReading {
  /** The number of this run, from 1, and the number of runs. */
  readonly run?: { readonly number: number; readonly runs: number };
}

/** Separates the parts of the line. */
const GAP = "  ";

/** Ages below this have a decimal. */
const COARSE_AGE_MS = 10;

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

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
  if (keys !== undefined) parts.push(`${GROUPED.format(keys.done)} / ${GROUPED.format(keys.total)} keys`);
  if (ops !== undefined) parts.push(`${GROUPED.format(ops.done)} / ${GROUPED.format(ops.total)} ops`);
  if (opsPerSec !== undefined) parts.push(`${GROUPED.format(opsPerSec)} ops/s`);
  if (queue !== undefined) parts.push(`queue ${queue.queued}/${queue.depth}`);
  if (atRisk !== undefined) parts.push(`at risk ${writesText(atRisk.writes)}, ${ageText(atRisk.ageMs)}`);
  return parts;
}

function writesText(writes: number): string {
  return `${GROUPED.format(writes)} ${writes === 1 ? "write" : "writes"}`;
}

function ageText(ageMs: number): string {
  if (ageMs >= 1000) return `${tenths(ageMs / 1000)} s`;
  return `${ageMs < COARSE_AGE_MS ? tenths(ageMs) : Math.round(ageMs)} ms`;
}

function tenths(value: number): string {
  return value.toFixed(1);
}
