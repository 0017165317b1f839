/**
 * Judges the history of a register by whichever way suits it.
 *
 * @module
 */
import { COMPARE_AND_SET, type History, type Judgement, READ } from "./history.ts";
import { judgeBySearch } from "./search.ts";
import { hasUniqueValues, judgeUniqueValues } from "./unique_values.ts";

/** Whether there is an order of the operations, in keeping with their calls and returns, that explains them. */
export function judge(history: History): Judgement {
  if (isSequential(history)) return judgeInOrder(history);
  return hasUniqueValues(history) ? judgeUniqueValues(history) : judgeBySearch(history);
}

/** Whether each operation has returned before the next was called, so that there is but one order; as on most keys. */
function isSequential({ calls, returns, initial }: History): boolean {
  for (let i = 1; i < calls.length; i++) if (returns[i - 1]! >= calls[i]!) return false;
  return initial.length === 1 && returns[calls.length - 1] !== Infinity;
}

function judgeInOrder({ kinds, values, expected, initial }: History): Judgement {
  let held = initial[0];
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i];
    if (kind === READ ? values[i] !== held : kind === COMPARE_AND_SET && expected[i] !== held) {
      return "not linearizable";
    }
    if (kind !== READ) held = values[i];
  }
  return "linearizable";
}
