/**
 * Contradictions as text and as JSON. Pure functions.
 *
 * ```text
 * stale read of user0000017
 *   process  operation  called     returned
 *   2        write 5    10 µs      14 µs
 *   0        write 6    16 µs      20 µs
 *   1        read 5     25 µs      31 µs
 * ```
 *
 * @module
 */
import { ABSENT_TEXT, type ShownContradiction, type ShownOperation } from "../history/recorded_history.ts";
import { escapeControls, readableNumber } from "../result/format.ts";
import type { JsonObject, JsonValue } from "../result/json.ts";
import { tableLines } from "./text_layout.ts";

/** The longest value that is shown in full, in characters. */
const VALUE_LENGTH_MAX = 40;

/** A contradiction, in lines without newlines. */
export function contradictionLines(contradiction: ShownContradiction): string[] {
  const { operations, unit } = contradiction;
  const rows = operations.map((operation) => [
    operation.process,
    operationText(operation),
    timeText(operation.call, unit),
    operation.return === null ? "never" : timeText(operation.return, unit),
  ]);
  const columns = [
    { heading: "process", align: "left" },
    { heading: "operation", align: "left" },
    { heading: "called", align: "right" },
    { heading: "returned", align: "right" },
  ] as const;
  return [contradictionTitle(contradiction), ...tableLines(columns, rows).map((line) => `  ${line}`)];
}

/** What it is and of what, such as `stale read of user17`. */
export function contradictionTitle({ name, key, from, unit }: ShownContradiction): string {
  const what = key === "" ? name : `${name} of ${escapeControls(key)}`;
  return from === undefined ? what : `${what}, whatever was there before ${timeText(from, unit)}`;
}

/** An operation in words, such as `write 5`. */
export function operationText({ operation, value, expected }: ShownOperation): string {
  const shown = shortened(value);
  if (operation === "delete") return "delete";
  return operation === "compare_and_set"
    ? `compare ${shortened(expected ?? ABSENT_TEXT)}, set ${shown}`
    : `${operation} ${shown}`;
}

function shortened(value: string): string {
  const characters = Array.from(escapeControls(value));
  return characters.length > VALUE_LENGTH_MAX ? `${characters.slice(0, VALUE_LENGTH_MAX).join("")}…` : value;
}

/** A time in the contradiction's unit. */
export function timeText(time: number, unit: ShownContradiction["unit"]): string {
  return unit === "line" ? `line ${time}` : `${readableNumber(Math.round(time * 1000) / 1000)} µs`;
}

/** The contradiction as JSON: each operation as a line of a history has it, with numbers of lines where it has no times. */
export function contradictionDocument({ key, name, unit, operations, from }: ShownContradiction): JsonObject {
  return {
    key,
    name,
    ...(from === undefined ? {} : { [`from_${unit}`]: from }),
    operations: operations.map((operation) => ({
      process: operation.process,
      key,
      operation: operation.operation,
      ...(operation.expected === undefined ? {} : { expected: valueOf(operation.expected) }),
      ...(operation.operation === "delete" ? {} : { value: valueOf(operation.value) }),
      [`call_${unit}`]: operation.call,
      [`return_${unit}`]: operation.return,
    })),
  };
}

function valueOf(text: string): JsonValue {
  if (text === ABSENT_TEXT) return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
