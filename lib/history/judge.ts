/**
 * Judges the history of a register by whichever way suits it.
 *
 * @module
 */
import type { History, Judgement } from "./history.ts";
import { judgeBySearch } from "./search.ts";
import { hasUniqueValues, judgeUniqueValues } from "./unique_values.ts";

/** Whether there is an order of the operations, in keeping with their calls and returns, that explains them. */
export function judge(history: History): Judgement {
  return hasUniqueValues(history) ? judgeUniqueValues(history) : judgeBySearch(history);
}
