/**
 * The standing of configurations: which are on the frontier of speed and loss, which are clearly dominated, and which
 * cannot be told apart from noise yet. Pure.
 *
 * @module
 */
import { median } from "simple-statistics";
import type { ConfigurationState } from "./lines.ts";
import type { Outcome, Space, Trial } from "./outcome.ts";
import { Rates } from "./rates.ts";
import { type SpeedEstimates, Speeds, studentQuantile } from "./speeds.ts";

/** The standing of one configuration. */
export interface Standing {
  readonly id: string;
  readonly state: ConfigurationState;
  /** Those that it cannot be told from, if tied; the one that dominates it, if dominated. */
  readonly beside: readonly string[];
  /** Runs that succeeded. */
  readonly runs: number;
  /** Median over its runs, in the sweep's unit; NaN if it has none. */
  readonly loss: number;
  /** The logarithm of its speed. */
  readonly level: number;
  /** Whether more runs could tell more: of a tie that it is in, or of its own speed. */
  readonly isOpen: boolean;
}

/**
 * One is clearly faster than another if chance alone would show that less often than 1 in 1,000; this is the
 * corresponding distance from the mean of a normal distribution. Twenty configurations are compared with one another
 * after every round, so a level of 1 in 20 would wrongly drop some in most sweeps.
 */
const CLEARLY = 3.09;

/** As far from the mean as 95% of a normal distribution lies. */
const TIE_CONFIDENCE = 1.96;

/** Losses that differ by no more than this factor count as equal: gauges vary by more from run to run. */
const LOSS_TOLERANCE = 1.1;

/** The standings of all configurations, in order. */
export function standings({ configurations, limits, speed }: Space, outcomes: readonly Outcome[]): Standing[] {
  const speeds = speed === "rate" ? new Rates(outcomes) : new Speeds(outcomes);
  const losses = lossesOf(outcomes);
  const failed = new Set(
    outcomes.filter(({ measured }) => measured === undefined).map(({ configuration }) => configuration),
  );
  const runners = configurations.filter((id) => !failed.has(id) && losses.has(id) && !speeds.isHopeless(id))
    .toSorted((a, b) => speeds.level(b) - speeds.level(a));
  const lossOf = (id: string) => losses.get(id) ?? NaN;
  const found = new Map<string, Standing>();
  const common = (id: string) => ({ id, runs: speeds.runs(id), loss: lossOf(id), level: speeds.level(id) });

  // A dominated configuration dominates nothing itself: because of the tolerance, dominance is not transitive, and
  // whatever beats it might not beat what it would.
  const kept: string[] = [];
  const contested = new Set<string>();
  for (const id of runners) {
    const rivals = kept.filter((rival) => losesNoMore(lossOf(rival), lossOf(id), limits));
    const better = rivals.find((rival) => isClearlyFaster(speeds, rival, id));
    if (better !== undefined) {
      found.set(id, { ...common(id), state: "dominated", beside: [better], isOpen: false });
      continue;
    }
    kept.push(id);
    for (const rival of rivals.filter((rival) => isWide(speeds, rival, id))) contested.add(rival).add(id);
    found.set(id, {
      ...common(id),
      state: rivals.length > 0 ? "tied" : "frontier",
      beside: rivals,
      isOpen: speeds.isRough(id),
    });
  }
  return configurations.map((id) => {
    const standing = found.get(id);
    if (standing !== undefined) return { ...standing, isOpen: standing.isOpen || contested.has(id) };
    const state = failed.has(id) ? "failed" : speeds.isHopeless(id) ? "too_slow" : "unmeasured";
    return { ...common(id), state, beside: [], isOpen: false };
  });
}

function lossesOf(outcomes: readonly Outcome[]): Map<string, number> {
  const lists = Map.groupBy(outcomes, ({ configuration }) => configuration);
  return new Map(
    Array.from(lists).flatMap(([id, list]) => {
      const losses = countingRuns(list.flatMap(({ measured }) => measured ?? [])).map(({ loss }) => loss);
      return losses.length === 0 ? [] : [[id, medianLoss(losses)]];
    }),
  );
}

/** The runs of a configuration whose losses count: those that answered within the limit, if there are any. */
export function countingRuns<Run extends { readonly trial?: Trial | undefined }>(runs: readonly Run[]): readonly Run[] {
  const within = runs.filter(({ trial }) => trial?.isWithin);
  return within.length === 0 ? runs : within;
}

/** Works for unbounded losses as well. */
export function medianLoss(losses: readonly number[]): number {
  const bounded = losses.filter((loss) => loss !== Infinity);
  return bounded.length * 2 <= losses.length
    ? Infinity
    : median([...bounded, ...losses.filter((loss) => loss === Infinity)]);
}

/** Whether the first loses no more than the second, and is within each limit that the second is within. */
function losesNoMore(loss: number, other: number, limits: readonly number[]): boolean {
  if (loss > other * LOSS_TOLERANCE) return false;
  return limits.every((limit) => loss <= limit || other > limit);
}

function isClearlyFaster(speeds: SpeedEstimates, one: string, other: string): boolean {
  const difference = speeds.difference(one, other);
  if (difference === undefined) return false;
  return difference.logRatio > studentQuantile(CLEARLY, difference.freedom) * difference.error;
}

function isWide(speeds: SpeedEstimates, one: string, other: string): boolean {
  const difference = speeds.difference(one, other);
  if (difference === undefined) return true;
  return studentQuantile(TIE_CONFIDENCE, difference.freedom) * difference.error > Math.log1p(speeds.tieWidth);
}
