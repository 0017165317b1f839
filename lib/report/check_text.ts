/**
 * What the check command has found, as text. Pure functions.
 *
 * @module
 */
import type { CheckedHistory } from "../check/check.ts";
import { escapeControls, readableCount, readableDuration } from "../result/format.ts";
import { contradictionBlocks, CONTRADICTIONS_MAX } from "./contradiction_text.ts";
import type { TextStyle } from "./text_layout.ts";

/** A line for each history, and below it what contradicts itself in it. */
export function checkText(histories: readonly CheckedHistory[], style: TextStyle): string {
  return histories.flatMap((history) => historyLines(history, style)).join("\n") + "\n";
}

function historyLines(history: CheckedHistory, style: TextStyle): string[] {
  const { path, judgement, registers, operations, unknown, judgedMs, contradictions, undecided } = history;
  const facts = [
    style.bold(judgement),
    readableCount(operations, "operation"),
    ...(registers === 1 ? [] : [readableCount(registers, "key")]),
    ...(unknown === 0 ? [] : [`${readableCount(unknown, "outcome")} unknown`]),
    `judged in ${readableDuration(judgedMs)}`,
  ];
  const more = contradictions.length - CONTRADICTIONS_MAX;
  return [
    `${escapeControls(path)}: ${facts.join(", ")}`,
    ...contradictionBlocks(contradictions).flat(),
    ...(more > 0 ? [`  ${readableCount(more, "more contradiction")} in --format=json`] : []),
    ...(undecided.length === 0 ? [] : [
      `  undecided for want of memory: ${readableCount(undecided.length, "key")}, the first ${
        escapeControls(JSON.stringify(undecided[0]))
      }`,
    ]),
  ];
}
