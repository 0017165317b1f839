/**
 * Whether several histories can be, as text. Pure functions.
 *
 * @module
 */
import { readableCount } from "../result/format.ts";
import type { HistoryResult } from "../run/run_history.ts";
import { contradictionLines } from "./contradiction_text.ts";
import type { Block, TextStyle } from "./text_layout.ts";

/** The most contradictions that are told; the JSON has more of them. */
const CONTRADICTIONS_MAX = 3;

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
  const contradictions = wrong.flatMap(({ contradictions }) => contradictions).slice(0, CONTRADICTIONS_MAX);
  return [
    { label: "histories", lines: [[style.bold(verdict), `${readableCount(operations, "operation")} judged`]] },
    ...contradictions.map((one) => contradictionLines(one).map((line) => `  ${line}`)),
  ];
}
