/**
 * Finds the configurations worth choosing: those that no other beats in both throughput and loss.
 *
 * @module
 */
import type { Interval } from "../compare/statistics.ts";
import type { ConfigurationState, LossValue } from "../sweep/lines.ts";

/** What counts about one configuration. */
export interface Contestant {
  /** Median operations per second. */
  readonly opsPerSec: number;
  /** Where the median lies with 95% confidence, if there are enough runs to tell. */
  readonly interval?: Interval;
  /** What a crash loses; `null` if unknown, which is as bad as everything. */
  readonly loss: LossValue;
}

/**
 * The state of each configuration. It is dominated by another that loses no more and is faster. Speeds are compared by
 * the intervals of the medians if both have one, so that overlapping intervals are tied; otherwise by the medians.
 */
export function statesOf(contestants: readonly Contestant[]): ConfigurationState[] {
  return contestants.map((one) => {
    const rivals = contestants.filter((other) => other !== one && losesNoMore(other, one));
    if (rivals.some((rival) => isClearlyFaster(rival, one))) return "dominated";
    return rivals.some((rival) => rival.opsPerSec > one.opsPerSec) ? "tied" : "frontier";
  });
}

function losesNoMore(one: Contestant, other: Contestant): boolean {
  return orderOf(one.loss) <= orderOf(other.loss);
}

function orderOf(loss: LossValue): number {
  return typeof loss === "number" ? loss : Infinity;
}

function isClearlyFaster(one: Contestant, other: Contestant): boolean {
  if (one.interval === undefined || other.interval === undefined) return one.opsPerSec > other.opsPerSec;
  return one.interval.low > other.interval.high;
}
