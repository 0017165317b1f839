/**
 * Explains why a history is not linearizable: by the fewest operations of it that still contradict each other.
 *
 * What is left out must not make the contradiction. A history that is linearizable stays so without any of its reads;
 * without a write, if nothing is left that needs its value; up to any moment, after which nobody knows how what was
 * under way went on; and from any moment on, where nobody knows what the register held. So wherever such a part is not
 * linearizable, the whole is not.
 *
 * @module
 */
import { COMPARE_AND_SET, type History, pick, READ } from "./history.ts";
import { judge } from "./judge.ts";
import { findContradiction, hasUniqueValues } from "./unique_values.ts";

/** What contradictions are called. */
export const CONTRADICTION_NAMES = [
  "stale read",
  "lost write",
  "value out of nowhere",
  "order that cannot be",
] as const;

export type ContradictionName = typeof CONTRADICTION_NAMES[number];

/** Operations that contradict each other. */
export interface Contradiction {
  readonly name: ContradictionName;
  /** Their indexes in the history, in the order of their calls. */
  readonly operations: readonly number[];
  /**
   * From when on, if that is not the beginning: they do so whatever the register held then, and whether or not those
   * that were under way had taken effect.
   */
  readonly from?: number;
}

/** How many operations may be judged to shrink a contradiction; then it stays as large as it is. */
const JUDGED_MAX = 20_000_000;
/** The longest end of a history that is tried by itself. */
const WINDOW_MAX = 2 ** 14;

/** Explains a history that is not linearizable. */
export function explain(history: History): Contradiction {
  const [initial, ...others] = history.initial;
  const isKnown = initial !== undefined && others.length === 0 && hasUniqueValues(history);
  const found = isKnown ? findContradiction(history, initial) : undefined;
  const shrunk = new Shrinking(history, found ?? history.kinds.keys().toArray()).run();
  return { name: nameOf(history, shrunk.operations), ...shrunk };
}

/** Operations of a history that contradict each other. */
class Shrinking {
  readonly #whole: History;
  /** Those that are left, which are not linearizable, by index. */
  #left: readonly number[];
  /** What is called later is left out, and what returns later may never have taken effect. */
  #until = Infinity;
  /** What has returned before is left out, and the register may have held anything. */
  #from = -Infinity;
  #judged = 0;

  constructor(whole: History, left: readonly number[]) {
    this.#whole = whole;
    this.#left = left;
  }

  run(): Omit<Contradiction, "name"> {
    this.#cutEnd();
    this.#cutBeginning();
    this.#left = this.#part(this.#left).indexes;
    this.#shrink();
    // Among so few, when each has really returned may make another one superfluous.
    this.#until = Infinity;
    this.#shrink();
    return { operations: this.#left, ...(this.#from === -Infinity ? {} : { from: this.#from }) };
  }

  #shrink(): void {
    for (let before = Infinity; this.#left.length < before && this.#judged < JUDGED_MAX;) {
      before = this.#left.length;
      this.#leaveOut(this.#left.filter((i) => this.#whole.kinds[i] === READ).map((i) => [i]));
      this.#leaveOut(this.#clusters());
      this.#leaveOut(this.#left.map((i) => [i]));
    }
  }

  /** Finds the shortest beginning that is not linearizable. */
  #cutEnd(): void {
    const { returns } = this.#whole;
    const ends = Float64Array.from(this.#left, (i) => returns[i]!).filter((end) => end !== Infinity).sort();
    let low = 0, high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#contradict(this.#left, { until: ends[middle]! })) high = middle;
      else low = middle + 1;
    }
    if (high >= 0) this.#until = ends[high]!;
  }

  /** Finds a short end that is not linearizable, whatever the register held before. */
  #cutBeginning(): void {
    const { calls } = this.#whole;
    const { indexes } = this.#part(this.#left);
    for (let window = 4; window < indexes.length && window <= WINDOW_MAX; window *= 2) {
      const from = calls[indexes[indexes.length - window]!]!;
      if (!this.#contradict(indexes, { from })) continue;
      this.#from = from;
      return;
    }
  }

  /** Of each value, all operations that read, write or expect it. */
  #clusters(): number[][] {
    const { kinds, values, expected } = this.#whole;
    const clusters = new Map<number, number[]>();
    for (const i of this.#left) {
      for (const value of kinds[i] === COMPARE_AND_SET ? [values[i]!, expected[i]!] : [values[i]!]) {
        const cluster = clusters.get(value);
        if (cluster === undefined) clusters.set(value, [i]);
        else cluster.push(i);
      }
    }
    return [...clusters.values()];
  }

  /** Leaves out as many of the given groups of operations as possible: first many at once, then one after another. */
  #leaveOut(groups: readonly (readonly number[])[]): void {
    for (let size = groups.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let start = 0; start < groups.length; start += size) {
        const out = new Set(groups.slice(start, start + size).flat());
        const rest = this.#without(out);
        if (rest.length < this.#left.length && this.#contradict(rest, {})) this.#left = rest;
        if (this.#judged > JUDGED_MAX) return;
      }
    }
  }

  /** What is left without some operations, and without those that need what these have written. */
  #without(out: ReadonlySet<number>): number[] {
    const { kinds, values, expected } = this.#whole;
    let rest = [...this.#left];
    const gone = new Set<number>();
    for (const i of rest) if (out.has(i) && kinds[i] !== READ) gone.add(values[i]!);
    rest = rest.filter((i) => !out.has(i));
    for (let isStable = false; !isStable;) {
      isStable = true;
      rest = rest.filter((i) => {
        const kind = kinds[i];
        const needed = kind === READ ? values[i] : kind === COMPARE_AND_SET ? expected[i] : undefined;
        if (needed === undefined || !gone.has(needed)) return true;
        isStable = false;
        if (kind === COMPARE_AND_SET) gone.add(values[i]!);
        return false;
      });
    }
    return rest;
  }

  #contradict(indexes: readonly number[], range: { readonly until?: number; readonly from?: number }): boolean {
    const { history } = this.#part(indexes, range);
    this.#judged += history.kinds.length * history.initial.length;
    return judge(history) === "not linearizable";
  }

  /** The part of the history that the operations are in the given range of time. */
  #part(
    indexes: readonly number[],
    { until = this.#until, from = this.#from }: { readonly until?: number; readonly from?: number } = {},
  ): { readonly indexes: readonly number[]; readonly history: History } {
    const { kinds, calls, returns, values, expected } = this.#whole;
    const isOpen = (i: number) => returns[i]! > until || calls[i]! < from;
    const inRange = indexes.filter((i) =>
      calls[i]! <= until && returns[i]! >= from && !(kinds[i] === READ && isOpen(i))
    );
    const history = pick(this.#whole, inRange);
    inRange.forEach((i, at) => isOpen(i) ? history.returns[at] = Infinity : undefined);
    if (from === -Infinity) return { indexes: inRange, history };
    const initial = new Set<number>();
    for (const i of inRange) {
      if (kinds[i] === READ) initial.add(values[i]!);
      if (kinds[i] === COMPARE_AND_SET) initial.add(expected[i]!);
    }
    // Any other value is one that nobody needs.
    return {
      indexes: inRange,
      history: { ...history, valueCount: history.valueCount + 1, initial: [...initial, history.valueCount] },
    };
  }
}

/** Calls the contradiction of a few operations of a history by a name. */
function nameOf(history: History, operations: readonly number[]): ContradictionName {
  const { kinds, values, expected, calls, returns, initial } = history;
  const isSource = (i: number, value: number) => kinds[i] !== READ && values[i] === value;
  /** What the operation has found. */
  const seenBy = (i: number) => kinds[i] === READ ? values[i] : kinds[i] === COMPARE_AND_SET ? expected[i] : undefined;
  const all = kinds.keys().toArray();
  for (const reader of operations) {
    const value = seenBy(reader);
    if (value === undefined) continue;
    const sources = all.filter((i) => i !== reader && isSource(i, value) && calls[i]! <= returns[reader]!);
    if (sources.length === 0 && !initial.includes(value)) return "value out of nowhere";
  }
  for (const reader of operations) {
    const value = seenBy(reader);
    if (value === undefined) continue;
    const lastReturn = operations.filter((i) => isSource(i, value))
      .reduce((latest, i) => Math.max(latest, returns[i]!), -Infinity);
    for (const witness of operations) {
      const newer = values[witness]!;
      if (newer === value || returns[witness]! >= calls[reader]!) continue;
      const written = operations.filter((i) => isSource(i, newer));
      if (written.length === 0 || !written.every((i) => calls[i]! > lastReturn)) continue;
      const isSeen = all.some((i) => seenBy(i) === newer && returns[i] !== Infinity);
      return isSeen ? "stale read" : "lost write";
    }
  }
  return "order that cannot be";
}
