/**
 * Contradictions as JSON, written and read again: each operation as a line of a history has it, so that it can be
 * checked again.
 *
 * @module
 */
import {
  ABSENT_TEXT,
  OPERATION_WORDS,
  type ShownContradiction,
  type ShownOperation,
} from "../history/recorded_history.ts";
import { CONTRADICTION_NAMES } from "../history/contradiction.ts";
import { type Fields, type JsonObject, type JsonValue, numberIn, rowsIn, textIn } from "./json.ts";

/**
 * `key`, `name`, and the `operations`; where a log has no times, `call_line` and `return_line` are the numbers of its
 * lines instead of `call_us` and `return_us`.
 */
export function contradictionObject({ key, name, unit, operations, from }: ShownContradiction): JsonObject {
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
      [`call_${unit}`]: Number.isFinite(operation.call) ? operation.call : null,
      [`return_${unit}`]: operation.return,
    })),
  };
}

/** Reads the contradictions that a document has. */
export function readContradictions(document: Fields): ShownContradiction[] {
  return rowsIn(document, "contradictions").flatMap((fields) => {
    const key = textIn(fields, "key");
    const name = CONTRADICTION_NAMES.find((name) => name === fields.name);
    const rows = rowsIn(fields, "operations");
    const unit = rows.some((row) => numberIn(row, "call_line") !== undefined) ? "line" : "us";
    const operations = rows.flatMap((row) => readOperation(row, unit));
    if (key === undefined || name === undefined || operations.length === 0) return [];
    const from = numberIn(fields, `from_${unit}`);
    return [{ key, name, unit, operations, ...(from === undefined ? {} : { from }) }];
  });
}

function readOperation(row: Fields, unit: ShownContradiction["unit"]): ShownOperation[] {
  const operation = OPERATION_WORDS.find((word) => word === row.operation);
  if (operation === undefined) return [];
  return [{
    process: textIn(row, "process") ?? "",
    operation,
    value: textOf(row.value),
    ...(row.expected === undefined ? {} : { expected: textOf(row.expected) }),
    call: numberIn(row, `call_${unit}`) ?? NaN,
    return: numberIn(row, `return_${unit}`) ?? null,
  }];
}

function valueOf(text: string): JsonValue {
  if (text === ABSENT_TEXT) return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? ABSENT_TEXT : JSON.stringify(value);
}
