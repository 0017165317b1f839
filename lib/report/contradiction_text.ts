/**
 * Contradictions as text, and whether several histories have any. Pure functions.
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
import { escapeControls, readableCount } from "../result/format.ts";
import type { HistoryResult } from "../run/run_history.ts";
import { type Block, tableLines, type TextStyle } from "./text_layout.ts";

/** The longest value that is shown in full, in characters. */
const VALUE_LENGTH_MAX = 40;

/** The most contradictions that a text tells; the JSON has more of them. */
export const CONTRADICTIONS_MAX = 3;

/** The first contradictions, each a block of indented lines. */
export function contradictionBlocks(found: readonly ShownContradiction[]): string[][] {
  return found.slice(0, CONTRADICTIONS_MAX).map((one) => contradictionLines(one).map((line) => `  ${line}`));
}

/** A contradiction, in lines without newlines. */
function contradictionLines(contradiction: ShownContradiction): string[] {
  const { operations, unit } = contradiction;
  const rows = operations.map((operation) => [
    escapeControls(operation.process),
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
  if (characters.length <= VALUE_LENGTH_MAX) return characters.join("");
  return `${characters.slice(0, VALUE_LENGTH_MAX).join("")}…`;
}

/** A time in the contradiction's unit. */
export function timeText(time: number, unit: ShownContradiction["unit"]): string {
  if (!Number.isFinite(time)) return "unknown";
  return unit === "line" ? `line ${time}` : `${time.toLocaleString("en-US", { maximumFractionDigits: 1 })} µs`;
}

/** Whether the histories of runs or kills can be, and what contradicts itself in them; nothing if there are none. */
export function historiesBlocks(histories: readonly HistoryResult[], style: TextStyle): Block[] {
  if (histories.length === 0) return [];
  const wrong = histories.filter(({ contradicting }) => contradicting > 0);
  const operations = histories.reduce((sum, { operations }) => sum + operations, 0);
  const undecided = histories.filter(({ undecided }) => undecided > 0);
  const verdict = wrong.length > 0
    ? `${wrong.length} of ${histories.length} are not linearizable`
    : undecided.length > 0
    ? `${undecided.length} of ${histories.length} undecided for want of memory`
    : "all linearizable";
  return [
    { label: "histories", lines: [[style.bold(verdict), `${readableCount(operations, "operation")} judged`]] },
    ...contradictionBlocks(wrong.flatMap(({ contradictions }) => contradictions)),
  ];
}
