/**
 * Histories for tests: of a register that works, and of one that forgets.
 *
 * @module
 */
import { ABSENT, COMPARE_AND_SET, type History, READ, WRITE } from "../../lib/history/history.ts";
import type { Rng } from "../../lib/load/rng.ts";

/** An operation as tests write it down; a return of Infinity is one that nobody knows of. */
export interface Operation {
  readonly kind: number;
  readonly value: number;
  readonly expected?: number;
  readonly call: number;
  readonly returned: number;
}

export function historyOf(operations: readonly Operation[], initial: readonly number[] = [ABSENT]): History {
  const sorted = [...operations].sort((a, b) => a.call - b.call);
  const all = sorted.flatMap(({ value, expected = ABSENT }) => [value, expected]).concat(initial);
  return {
    kinds: Uint8Array.from(sorted, ({ kind }) => kind),
    values: Int32Array.from(sorted, ({ value }) => value),
    expected: Int32Array.from(sorted, ({ expected = ABSENT }) => expected),
    calls: Float64Array.from(sorted, ({ call }) => call),
    returns: Float64Array.from(sorted, ({ returned }) => returned),
    valueCount: all.reduce((most, value) => Math.max(most, value), 0) + 1,
    initial,
  };
}

/** What a register does at the moment at which an operation takes effect. */
export interface Load {
  readonly rng: Rng;
  readonly operations: number;
  readonly processes: number;
  /** How many values there are; each put has one of its own if absent. */
  readonly valueCount?: number;
  /** Whether there are compare-and-sets. */
  readonly compares?: boolean;
  /** One read in this many returns what was there before; none if absent. */
  readonly staleEvery?: number;
  /** One operation in this many never returns; none if absent. */
  readonly openEvery?: number;
}

/**
 * The history of a register that takes each operation at one moment between its call and its return, save those reads
 * that are to be stale. Clocks are coarse: several things happen at the same time.
 */
export function simulate({ rng, operations, processes, valueCount, compares, staleEvery, openEvery }: Load): History {
  const done: Operation[] = [];
  const free = new Float64Array(processes);
  let [held, before] = [ABSENT, ABSENT];
  let written = 0;
  const steps = [];
  for (let i = 0; i < operations; i++) {
    const process = i % processes;
    const call = free[process]! + rng.below(3);
    const moment = call + rng.below(4);
    const returned = moment + rng.below(4);
    free[process] = returned + 1;
    steps.push({ call, moment, returned });
  }
  steps.sort((a, b) => a.moment - b.moment);
  for (const { call, returned } of steps) {
    const isOpen = openEvery !== undefined && rng.below(openEvery) === 0;
    const time = { call, returned: isOpen ? Infinity : returned };
    const kind = rng.below(compares ? 3 : 2);
    if (kind === READ) {
      const isStale = staleEvery !== undefined && rng.below(staleEvery) === 0;
      done.push({ kind, value: isStale ? before : held, ...time });
      continue;
    }
    const value = valueCount === undefined ? ++written : rng.below(valueCount);
    const expected = rng.below(2) === 0 ? held : ABSENT;
    if (kind === COMPARE_AND_SET && expected !== held) continue;
    done.push({ kind, value, expected, ...time });
    // One that never returns may have had no effect.
    if (isOpen && rng.below(2) === 0) continue;
    [before, held] = [held, value];
  }
  return historyOf(done);
}

/** Tries every order: slow, and simple enough to be believed. */
export function judgeByAllOrders({ kinds, values, expected, calls, returns, initial }: History): boolean {
  const count = kinds.length;
  const taken = new Set<number>();
  const go = (held: number): boolean => {
    const left = [...kinds.keys()].filter((i) => !taken.has(i));
    if (left.every((i) => returns[i] === Infinity)) return true;
    return left.some((i) => {
      if (left.some((other) => returns[other]! < calls[i]!)) return false;
      const kind = kinds[i];
      const isPossible = kind === WRITE || returns[i] === Infinity && kind === READ ||
        (kind === READ ? values[i] : expected[i]) === held;
      if (!isPossible) return false;
      taken.add(i);
      const found = go(kind === READ ? held : values[i]!);
      taken.delete(i);
      return found;
    });
  };
  return count === 0 || initial.some(go);
}
