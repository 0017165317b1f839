/**
 * Says what a result lacks of what was asked for.
 *
 * @module
 */
import type { Ending } from "../result/result_document.ts";
import { escapeControls, formatCount } from "../result/format.ts";

/** A clause for each thing that a result lacks, to follow its name; none if it is whole. */
export function endingTexts({ failed, leftOut, stoppedBy, usedUp, asked }: Ending, repeats: number): string[] {
  const failure = leftOut === 0
    ? "failed, its figures are of the time until then"
    : "failed in a run that is left out of its figures";
  return [
    ...(failed === undefined ? [] : [`${failure}: ${failed}`]),
    ...(stoppedBy === undefined ? [] : [`was ended early by ${stoppedBy}`]),
    ...(usedUp === undefined ? [] : [`ended early: ${usedUp}`]),
    ...(asked === undefined ? [] : [`has ${formatCount(repeats, "whole run")} of ${asked}`]),
  ].map(escapeControls);
}
