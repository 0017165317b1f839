/**
 * Histories with what people know them by: keys, processes and values; and the contradictions in them, as they are
 * shown.
 *
 * @module
 */
import { type Contradiction, type ContradictionName, explain } from "./contradiction.ts";
import { ABSENT, COMPARE_AND_SET, type History, READ } from "./history.ts";

/** How a register that holds nothing is shown. */
export const ABSENT_TEXT = "nothing";

/** What calls and returns are counted in: microseconds, or the lines of a log. */
export type TimeUnit = "us" | "line";

/** The history of one register. */
export interface RecordedHistory {
  /** Empty where there is only one register, without a name. */
  readonly key: string;
  readonly history: History;
  readonly unit: TimeUnit;
  /** When the operation of this index was called and returned, in the unit. */
  callOf(operation: number): number;
  returnOf(operation: number): number;
  /** What executed the operation of this index. */
  processOf(operation: number): string;
  /** How a value is shown: as JSON, or as {@linkcode ABSENT_TEXT}. */
  valueText(value: number): string;
}

/** What operations are called. */
export const OPERATION_WORDS = ["read", "write", "delete", "compare_and_set"] as const;

/** An operation as it is shown. */
export interface ShownOperation {
  readonly process: string;
  readonly operation: typeof OPERATION_WORDS[number];
  readonly value: string;
  /** Of a compare-and-set. */
  readonly expected?: string;
  /** In the contradiction's unit. */
  readonly call: number;
  /** Null where it is not known whether the operation took effect. */
  readonly return: number | null;
}

/** The fewest operations of a register that contradict each other. */
export interface ShownContradiction {
  readonly key: string;
  readonly name: ContradictionName;
  readonly unit: TimeUnit;
  /** In the order of their calls. */
  readonly operations: readonly ShownOperation[];
  /** From when on they contradict each other, whatever the register held then; absent if from the beginning. */
  readonly from?: number;
}

/** Explains a history that is not linearizable. */
export function showContradiction(recorded: RecordedHistory): ShownContradiction {
  const { key, history, unit, callOf } = recorded;
  const { name, operations, from }: Contradiction = explain(history);
  return {
    key,
    name,
    unit,
    operations: operations.map((operation) => shownOperation(recorded, operation)),
    ...(from === undefined ? {} : { from: callOf(history.calls.indexOf(from)) }),
  };
}

function shownOperation(recorded: RecordedHistory, operation: number): ShownOperation {
  const { history, processOf, valueText, callOf, returnOf } = recorded;
  const kind = history.kinds[operation]!, value = history.values[operation]!;
  return {
    process: processOf(operation),
    operation: kind === READ
      ? "read"
      : kind === COMPARE_AND_SET
      ? "compare_and_set"
      : value === ABSENT
      ? "delete"
      : "write",
    value: valueText(value),
    ...(kind === COMPARE_AND_SET ? { expected: valueText(history.expected[operation]!) } : {}),
    call: callOf(operation),
    return: history.returns[operation] === Infinity ? null : returnOf(operation),
  };
}
