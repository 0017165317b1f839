/**
 * Histories: what threads did to one register, when each operation was called and when it returned.
 *
 * @module
 */

/** The kinds of operations. A delete is a write of {@linkcode ABSENT}. */
export const READ = 0;
export const WRITE = 1;
/** Compare and set: writes a value if the register holds the expected one. */
export const COMPARE_AND_SET = 2;

/** The value of a register that holds nothing. */
export const ABSENT = 0;

/**
 * The operations on one register, a column for each of their properties, in the order of their calls. Values are
 * numbers, from 0 to below `valueCount`, that stand for what was read and written.
 *
 * An operation precedes another only if it returned before the other was called. At the same time, they are concurrent:
 * no clock tells what happens faster than it ticks.
 */
export interface History {
  readonly kinds: Uint8Array;
  /** What a read returned, or what the others write. */
  readonly values: Int32Array;
  /** What a compare-and-set expected; not used by the others, and empty where there is none. */
  readonly expected: Int32Array;
  readonly calls: Float64Array;
  /** Infinity where it is not known whether it took effect, now or later or never. */
  readonly returns: Float64Array;
  readonly valueCount: number;
  /** What the register may have held at first: one of these. */
  readonly initial: readonly number[];
}

/** The given operations of a history, by index, in the same order. */
export function pick(history: History, indexes: ArrayLike<number>): History {
  const { kinds, values, expected, calls, returns, valueCount, initial } = history;
  const count = indexes.length;
  const picked = {
    kinds: new Uint8Array(count),
    values: new Int32Array(count),
    expected: new Int32Array(count),
    calls: new Float64Array(count),
    returns: new Float64Array(count),
    valueCount,
    initial,
  };
  for (let i = 0; i < count; i++) {
    const from = indexes[i]!;
    picked.kinds[i] = kinds[from]!;
    picked.values[i] = values[from]!;
    picked.expected[i] = expected[from] ?? ABSENT;
    picked.calls[i] = calls[from]!;
    picked.returns[i] = returns[from]!;
  }
  return picked;
}

/** What a judge says of a history. */
export type Judgement =
  /** There is an order of the operations that explains what each has returned. */
  | "linearizable"
  /** There is none. */
  | "not linearizable"
  /** It would take more memory than the judge may have. */
  | "undecided";
