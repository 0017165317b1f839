/**
 * The standing of configurations: which are on the frontier of speed and loss, which are clearly dominated, and which
 * noise does not yet tell. Pure.
 *
 * @module
 */
import { median } from "simple-statistics";
import type { ConfigurationState } from "./lines.ts";
import type { Outcome, Space } from "./outcome.ts";
import { Speeds, studentQuantile } from "./speeds.ts";

/** Where one configuration stands. */
export interface Standing {
  readonly id: string;
  readonly state: ConfigurationState;
  /** Those that it cannot be told from, where it is tied; the one that dominates it. */
  readonly beside: readonly string[];
  /** Runs that ended well. */
  readonly runs: number;
  /** Median over its runs, in the sweep's unit; NaN where it has none. */
  readonly loss: number;
  /** The logarithm of its throughput, as it would be had it run in all rounds. */
  readonly level: number;
  /** Whether a tie of it is wider than more runs could make it. */
  readonly isContested: boolean;
}

/**
 * One is clearly faster than another when chance alone would show it so less often than this, as the distance from the
 * mean of a normal distribution: 1 in 1,000. Twenty configurations are compared with one another after every round, so
 * a level of 1 in 20 would drop some wrongly in most sweeps.
 */
const CLEARLY = 3.09;

/** Of two that are tied, no more is asked once the ratio of their speeds is known to this part, with 95% confidence. */
const TIE_WIDTH = 0.05;
const TIE_CONFIDENCE = 1.96;

/** Losses up to this ratio are as good as equal: gauges differ by more from one run to the next. */
const LOSS_TOLERANCE = 1.1;

/** Says of all configurations where they stand, in their order. */
export function standings({ configurations, limits }: Space, outcomes: readonly Outcome[]): Standing[] {
  const speeds = new Speeds(outcomes);
  const losses = lossesOf(outcomes);
  const failed = new Set(
    outcomes.filter(({ measured }) => measured === undefined).map(({ configuration }) => configuration),
  );
  const runners = configurations.filter((id) => !failed.has(id) && losses.has(id))
    .toSorted((a, b) => speeds.level(b) - speeds.level(a));
  const lossOf = (id: string) => losses.get(id) ?? NaN;
  const found = new Map<string, Standing>();
  const common = (id: string) => ({ id, runs: speeds.runs(id), loss: lossOf(id), level: speeds.level(id) });

  // Only what is not dominated itself dominates: with a tolerance in between, the dominated may not be passed over.
  const kept: string[] = [];
  const contested = new Set<string>();
  for (const id of runners) {
    const rivals = kept.filter((rival) => losesNoMore(lossOf(rival), lossOf(id), limits));
    const better = rivals.find((rival) => isClearlyFaster(speeds, rival, id));
    if (better !== undefined) {
      found.set(id, { ...common(id), state: "dominated", beside: [better], isContested: false });
      continue;
    }
    kept.push(id);
    for (const rival of rivals.filter((rival) => isWide(speeds, rival, id))) contested.add(rival).add(id);
    found.set(id, {
      ...common(id),
      state: rivals.length > 0 ? "tied" : "frontier",
      beside: rivals,
      isContested: false,
    });
  }
  return configurations.map((id) => {
    const standing = found.get(id);
    if (standing !== undefined) return { ...standing, isContested: contested.has(id) };
    return { ...common(id), state: failed.has(id) ? "failed" : "unmeasured", beside: [], isContested: false };
  });
}

function lossesOf(outcomes: readonly Outcome[]): Map<string, number> {
  const lists = new Map<string, number[]>();
  for (const { configuration, measured } of outcomes) {
    if (measured === undefined) continue;
    lists.set(configuration, [...lists.get(configuration) ?? [], measured.loss]);
  }
  return new Map(Array.from(lists, ([id, losses]) => [id, medianLoss(losses)]));
}

/** Also of losses that have no bound. */
export function medianLoss(losses: readonly number[]): number {
  const bounded = losses.filter((loss) => loss !== Infinity);
  return bounded.length * 2 <= losses.length
    ? Infinity
    : median([...bounded, ...losses.filter((loss) => loss === Infinity)]);
}

/** Whether the first loses no more than the second, and keeps each limit that the second keeps. */
function losesNoMore(loss: number, other: number, limits: readonly number[]): boolean {
  if (loss > other * LOSS_TOLERANCE) return false;
  return limits.every((limit) => loss <= limit || other > limit);
}

function isClearlyFaster(speeds: Speeds, one: string, other: string): boolean {
  const difference = speeds.difference(one, other);
  if (difference === undefined) return false;
  return difference.logRatio > studentQuantile(CLEARLY, difference.freedom) * difference.error;
}

function isWide(speeds: Speeds, one: string, other: string): boolean {
  const difference = speeds.difference(one, other);
  if (difference === undefined) return true;
  return studentQuantile(TIE_CONFIDENCE, difference.freedom) * difference.error > Math.log1p(TIE_WIDTH);
}
