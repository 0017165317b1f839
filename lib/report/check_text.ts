/**
 * What the check command has found, as text and as JSON. Pure functions.
 *
 * @module
 */
import type { CheckedHistory } from "../check/check.ts";
import { escapeControls, readableCount, readableDuration } from "../result/format.ts";
import { documentText } from "../result/json.ts";
import { CHECK_SCHEMA, VERSION } from "../version.ts";
import { contradictionObject } from "../result/contradiction_document.ts";
import { contradictionLines } from "./contradiction_text.ts";
import type { TextStyle } from "./text_layout.ts";

/** The most contradictions of a history that are told; the JSON has them all. */
const CONTRADICTIONS_MAX = 3;

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
    ...contradictions.slice(0, CONTRADICTIONS_MAX).flatMap(contradictionLines).map((line) => `  ${line}`),
    ...(more > 0 ? [`  ${readableCount(more, "more contradiction")} in --format=json`] : []),
    ...(undecided.length === 0 ? [] : [
      `  undecided for want of memory: ${readableCount(undecided.length, "key")}, the first ${
        escapeControls(JSON.stringify(undecided[0]))
      }`,
    ]),
  ];
}

/**
 * The result as one JSON object: `schema`, the version of `kvlab`, `linearizable` (whether all are), and `histories`,
 * each with its `path`, `judgement`, `registers`, `operations`, `unknown_outcomes`, `judged_ms`, the keys that are
 * `undecided`, and `contradictions`: `key`, `name`, and the `operations` that contradict each other, each as a line of
 * a history has it; where a log has no times, `call_line` and `return_line` are the numbers of its lines.
 */
export function checkJson(histories: readonly CheckedHistory[]): string {
  return documentText({
    schema: CHECK_SCHEMA,
    kvlab: VERSION,
    linearizable: histories.every(({ judgement }) => judgement === "linearizable"),
    histories: histories.map((history) => ({
      path: history.path,
      judgement: history.judgement.replace(" ", "_"),
      registers: history.registers,
      operations: history.operations,
      unknown_outcomes: history.unknown,
      judged_ms: history.judgedMs,
      undecided: history.undecided,
      contradictions: history.contradictions.map(contradictionObject),
    })),
  });
}
