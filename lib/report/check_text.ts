/**
 * Reports what the check command has found, as text and as JSON, which the page reads again. Pure functions.
 *
 * @module
 */
import { escapeControls, readableCount, readableDuration } from "../result/format.ts";
import { contradictionBlocks, CONTRADICTIONS_MAX } from "./contradiction_text.ts";
import type { TextStyle } from "./text_layout.ts";
import type { CheckedHistory } from "../check/check.ts";
import type { ShownContradiction } from "../history/recorded_history.ts";
import { contradictionObject, readContradictions } from "../result/contradiction_document.ts";
import { documentText, type Fields, numberIn, rowsIn, textIn } from "../result/json.ts";
import { CHECK_SCHEMA, VERSION } from "../version.ts";

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

/** What came of one history; whatever the JSON does not say is empty, or 0. */
export interface HistoryDocument {
  readonly path: string;
  /** As {@linkcode CheckedHistory} has it. */
  readonly judgement: string;
  readonly operations: number;
  readonly contradictions: readonly ShownContradiction[];
}

/** Reads what {@linkcode checkJson} has written. */
export function readCheck(document: Fields): HistoryDocument[] {
  return rowsIn(document, "histories").map((row) => ({
    path: textIn(row, "path") ?? "",
    judgement: (textIn(row, "judgement") ?? "").replaceAll("_", " "),
    operations: numberIn(row, "operations") ?? 0,
    contradictions: readContradictions(row),
  }));
}
