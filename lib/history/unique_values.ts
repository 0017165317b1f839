/**
 * Judges histories in which no value is written twice, and none is compared: then it is known which write each read has
 * seen, and no search is needed. Phillip B. Gibbons and Ephraim Korach, "Testing Shared Memories" (SIAM Journal on
 * Computing, 1997), section 4.
 *
 * A write and its reads form a cluster, which any valid order keeps together. Cluster A must come before B if an
 * operation of A has returned before one of B was called: if A's earliest return is before B's latest call. An order of
 * the clusters exists unless two of them must each come before the other: where there is a longer circle, there is also
 * one of two.
 *
 * @module
 */
import { type History, type Judgement, READ, WRITE } from "./history.ts";

/** Whether {@linkcode judgeUniqueValues} can judge a history. */
export function hasUniqueValues({ kinds, values, valueCount, initial }: History): boolean {
  const isWritten = new Uint8Array(valueCount);
  for (const value of initial) isWritten[value] = 1;
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i]!;
    if (kind === READ) continue;
    if (kind !== WRITE || isWritten[values[i]!] === 1) return false;
    isWritten[values[i]!] = 1;
  }
  return true;
}

/** Operations that contradict each other, by index; `undefined` if the history is linearizable. */
type Contradiction = readonly number[] | undefined;

/** Judges a history that {@linkcode hasUniqueValues}, in time n log n. */
export function judgeUniqueValues(history: History): Judgement {
  const isLinearizable = history.initial.some((initial) => findContradiction(history, initial) === undefined);
  return isLinearizable ? "linearizable" : "not linearizable";
}

/** No operation: the one that put the first value there. */
const NONE = -1;

/**
 * Finds a few operations that contradict each other if this is what the register held at first: of two clusters the
 * writes, and the operations that return first and are called last.
 */
export function findContradiction(history: History, initial: number): Contradiction {
  const { kinds, values, calls, returns, valueCount } = history;
  const writes = new Int32Array(valueCount).fill(NONE);
  /** The operations of each cluster that return first and are called last. */
  const firsts = new Int32Array(valueCount).fill(NONE);
  const lasts = new Int32Array(valueCount).fill(NONE);
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === READ) continue;
    const value = values[i]!;
    writes[value] = firsts[value] = lasts[value] = i;
  }
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] !== READ || returns[i] === Infinity) continue;
    const value = values[i]!;
    const write = writes[value]!;
    if (write === NONE && value !== initial) return [i];
    // A value that is read before it is written comes out of nowhere.
    if (write !== NONE && returns[i]! < calls[write]!) return [write, i];
    if (firsts[value] === NONE || returns[i]! < returns[firsts[value]!]!) firsts[value] = i;
    if (lasts[value] === NONE || calls[i]! > calls[lasts[value]!]!) lasts[value] = i;
  }
  const isInitial = (value: number) => value === initial;
  const firstReturn = (value: number) => isInitial(value) ? -Infinity : returns[firsts[value]!]!;
  const lastCall = (value: number) => lasts[value] === NONE ? -Infinity : calls[lasts[value]!]!;
  const contradiction = (a: number, b: number): Contradiction =>
    [...new Set([a, b].flatMap((value) => [writes[value]!, firsts[value]!, lasts[value]!]))]
      .filter((operation) => operation !== NONE).sort((one, other) => one - other);

  const clusters: number[] = [];
  for (let value = 0; value < valueCount; value++) {
    if (writes[value] !== NONE || isInitial(value)) clusters.push(value);
  }
  // Those whose operations do not all overlap are zones in which the register held nothing else.
  const zones = clusters.filter((value) => firstReturn(value) < lastCall(value));
  const starts = Float64Array.from(zones, firstReturn);
  const order = Uint32Array.from(zones.keys()).sort((a, b) => starts[a]! - starts[b]!);
  for (let i = 1; i < order.length; i++) {
    const zone = zones[order[i]!]!, before = zones[order[i - 1]!]!;
    if (firstReturn(zone) < lastCall(before)) return contradiction(before, zone);
  }
  const sortedStarts = Float64Array.from(order, (at) => starts[at]!);
  for (const value of clusters) {
    if (firstReturn(value) < lastCall(value)) continue;
    // As zones do not overlap, only the last one that begins before it can also end after it.
    const at = countBelow(sortedStarts, lastCall(value)) - 1;
    if (at < 0) continue;
    const zone = zones[order[at]!]!;
    if (firstReturn(value) < lastCall(zone)) return contradiction(zone, value);
  }
  return undefined;
}

/** How many of the sorted numbers are below the limit. */
function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
