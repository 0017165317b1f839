/**
 * Room of the text result: what a person reads on stdout when a run has ended. The entry calls it; it knows only the
 * result.
 *
 * @module
 */
import type { RunResult } from "../run/result.ts";
import { type Figure, figures } from "./figures.ts";
import { formatRate, formatSeconds } from "./format.ts";

/**
 * The result as `name: value` lines, each ended by a line feed: the figures of {@linkcode figures} in their order, then
 * `stopped_by` when a signal ended the run. Durations are seconds with up to nine decimals and an `s`, rates have two
 * decimals.
 */
export function summaryText(result: RunResult): string {
  const lines = figures(result).map((figure) => `${figure.name}: ${valueText(figure)}\n`);
  if (result.file !== undefined && result.file.powerLoss === undefined) lines.push(`power_loss: ${NOTHING_SYNCED}\n`);
  if (result.stoppedBy !== undefined) lines.push(`stopped_by: ${result.stoppedBy}\n`);
  return lines.join("");
}

/** What a power loss would lose when nothing is ever synced. */
const NOTHING_SYNCED = "everything (--sync=none)";

function valueText({ kind, value }: Figure): string {
  switch (kind) {
    case "count":
      return String(value);
    case "rate":
    case "mean":
      return formatRate(value);
    case "duration":
      return `${formatSeconds(value)}s`;
  }
}
