/**
 * Searches for the highest rate that a configuration sustains, run by run. Pure functions of numbers.
 *
 * A run at a rate either keeps within the limit or does not, and noise decides it near the rate that is searched for:
 * stalls fail runs at rates that could be kept up, and luck passes others. So the search is a bisection that believes
 * no run entirely: Horstein's probabilistic bisection, "Sequential Transmission Using Noiseless Feedback" (1963), as in
 * Watson and Pelli, "QUEST: A Bayesian adaptive psychometric method" (1983). It keeps a distribution over where the
 * rate may be, tries its median, and multiplies the distribution by how likely the outcome was. How sharp the threshold
 * is, is not known either, so the distribution is over that as well.
 *
 * What it finds is the rate at which half of the runs keep within the limit.
 *
 * @module
 */
import type { Outcome, Trial } from "./outcome.ts";
import { PRIOR_FREEDOM, type SpeedDifference, type SpeedEstimates } from "./speeds.ts";

/** Places are this far apart, as logarithms: 2%. */
const STEP = 0.02;
/** The places go from a thousandth of the closed loop's throughput to four times that: a run may have hit a stall. */
const LOWEST = Math.round(Math.log(1 / 1000) / STEP);
const HIGHEST = Math.round(Math.log(4) / STEP);
const PLACES = HIGHEST - LOWEST + 1;

/** How sharp a threshold may be: the scale of a logistic curve over the logarithm of the rate. */
const SCALES = [0.02, 0.05, 0.12, 0.3];

/** The part of the runs whose outcome has nothing to do with their rate. */
const CHANCE = 0.04;

/**
 * By scale, the probability that a run at one place keeps within the limit, and that it does not, by how far the
 * threshold lies above it: the first is for a run at the highest place and a threshold at the lowest.
 */
const OUTCOMES = SCALES.map((scale) => {
  const within = Float64Array.from({ length: 2 * PLACES - 1 }, (_, index) => {
    const above = (index - (PLACES - 1)) * STEP;
    return CHANCE / 2 + (1 - CHANCE) / (1 + Math.exp(-above / scale));
  });
  return { within, without: within.map((chance) => 1 - chance) };
});

/** Where the threshold is expected before any trial: mostly somewhat below the closed loop's throughput, maybe far. */
const PRIOR = Float64Array.from({ length: PLACES }, (_, index) => {
  const above = (LOWEST + index) * STEP;
  if (above > 0) return Math.exp(-above / 0.3);
  return 0.7 * Math.exp(above / 0.5) + 0.3 * Math.exp(above / 3);
});

/** A threshold within this many places of the lowest is taken for none at all. */
const BOTTOM_PLACES = 30;

/** The first trials are in the middle of what is possible; the others to its sides, which tells how sharp it is. */
const MIDDLE_TRIALS = 3;
const BELOW = 0.2;
const ABOVE = 0.8;

/** What the command line takes for a rate. */
const RATE_MIN = 1;
const RATE_MAX = 1e9;

/**
 * A configuration runs on until its rate is known this precisely (its 95% interval, as a ratio), or it has run so often
 * that noise makes it hard to know better.
 */
const PRECISE = 1.25;
const TRIALS_MIN = 6;
const TRIALS_MAX = 40;

/** The rates that configurations keep up, as far as their outcomes tell. */
export class Rates implements SpeedEstimates {
  /** Rates are known less precisely than throughputs: what differs by less may stay tied. */
  readonly tieWidth = 0.1;
  readonly #searches = new Map<string, RateSearch>();

  constructor(outcomes: readonly Outcome[]) {
    for (const [configuration, list] of Map.groupBy(outcomes, (outcome) => outcome.configuration)) {
      const runs = list.flatMap(({ measured }) => measured ?? []);
      const closed = runs.find(({ trial, opsPerSec }) => trial === undefined && opsPerSec > 0);
      if (closed === undefined) continue;
      this.#searches.set(configuration, new RateSearch(closed.opsPerSec, runs.flatMap(({ trial }) => trial ?? [])));
    }
  }

  /** What is known of a configuration; `undefined` until the closed loop has told where to begin. */
  search(configuration: string): RateSearch | undefined {
    return this.#searches.get(configuration);
  }

  runs(configuration: string): number {
    return this.search(configuration)?.trials ?? 0;
  }

  level(configuration: string): number {
    return this.search(configuration)?.level ?? -Infinity;
  }

  difference(one: string, other: string): SpeedDifference | undefined {
    const [first, second] = [this.search(one), this.search(other)];
    if (first === undefined || second === undefined) return undefined;
    return {
      logRatio: first.level - second.level,
      error: Math.hypot(first.deviation, second.deviation),
      freedom: PRIOR_FREEDOM + Math.min(first.trials, second.trials),
    };
  }

  isRough(configuration: string): boolean {
    const search = this.search(configuration);
    if (search === undefined || search.trials < TRIALS_MIN) return true;
    return search.trials < TRIALS_MAX && search.quantile(0.975) > PRECISE * search.quantile(0.025);
  }

  isHopeless(configuration: string): boolean {
    return this.search(configuration)?.isHopeless ?? false;
  }
}

/** What the trials of one configuration tell of the rate that half of its runs keep up. */
export class RateSearch {
  readonly trials: number;
  /** The rate to try next. */
  readonly nextPerSec: number;
  readonly #lowestPerSec: number;
  /** The probability of each place, whatever the scale. */
  readonly #chances: Float64Array;
  /** The rate's logarithm: its mean and its standard deviation. */
  readonly level: number;
  readonly deviation: number;

  /** @param closedPerSec throughput of the closed loop, above 0 */
  constructor(closedPerSec: number, trials: readonly Trial[]) {
    this.trials = trials.length;
    this.#lowestPerSec = closedPerSec * Math.exp(LOWEST * STEP);
    this.#chances = chancesAfter(
      trials.map(({ ratePerSec, isWithin }) => ({ place: this.#place(ratePerSec), isWithin })),
    );
    let mean = 0, squares = 0;
    this.#chances.forEach((chance, place) => {
      mean += chance * place;
      squares += chance * place ** 2;
    });
    this.level = Math.log(this.#rate(mean));
    this.deviation = STEP * Math.sqrt(Math.max(squares - mean ** 2, 1 / 12));
    const part = trials.length < MIDDLE_TRIALS ? 0.5 : trials.length % 2 === 0 ? BELOW : ABOVE;
    this.nextPerSec = roundedRate(this.quantile(part));
  }

  /** The rate that has so much of the probability below it. */
  quantile(part: number): number {
    let below = 0;
    for (const [place, chance] of this.#chances.entries()) {
      if (below + chance >= part) return this.#rate(place - 0.5 + (part - below) / chance);
      below += chance;
    }
    return this.#rate(PLACES - 1);
  }

  /** Whether no rate could be kept up, down to the lowest. */
  get isHopeless(): boolean {
    return this.quantile(0.5) < Math.max(this.#rate(BOTTOM_PLACES), RATE_MIN);
  }

  #rate(place: number): number {
    return this.#lowestPerSec * Math.exp(place * STEP);
  }

  #place(ratePerSec: number): number {
    const place = Math.round(Math.log(ratePerSec / this.#lowestPerSec) / STEP);
    return Math.min(Math.max(place, 0), PLACES - 1);
  }
}

/** A rate that the command line takes, of three digits. */
export function roundedRate(ratePerSec: number): number {
  const digits = Number(ratePerSec.toPrecision(3));
  return Math.min(Math.max(digits < 100 ? Math.round(digits) : digits, RATE_MIN), RATE_MAX);
}

function chancesAfter(trials: readonly { readonly place: number; readonly isWithin: boolean }[]): Float64Array {
  const all = new Float64Array(PLACES);
  for (const { within, without } of OUTCOMES) {
    const chances = Float64Array.from(PRIOR);
    for (const { place, isWithin } of trials) {
      const outcomes = (isWithin ? within : without).subarray(PLACES - 1 - place);
      for (let i = 0; i < PLACES; i++) chances[i]! *= outcomes[i]!;
    }
    for (let i = 0; i < PLACES; i++) all[i]! += chances[i]!;
  }
  const sum = all.reduce((sum, chance) => sum + chance);
  return all.map((chance) => chance / sum);
}
