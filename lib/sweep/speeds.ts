/**
 * The speeds of configurations beside each other, told apart from noise by a handful of runs each. Pure functions of
 * numbers.
 *
 * The runs come in rounds, and the machine's own speed drifts from one to the next. So a run is only ever held against
 * the runs of its own round: what is compared is the logarithm of two throughputs' ratio, round by round. Noise is taken
 * to multiply a throughput, and to be each configuration's own: one that syncs a disk is noisier than one that does not.
 *
 * Now and then a run meets a stall, and is far slower than its others. One such run would make a configuration's noise
 * look large for good, so what is off by more than {@linkcode CLIPPED_DEVIATIONS} standard deviations counts as off by
 * just as many: Huber's winsorized residuals, "Robust Statistics" (1981), section 7.
 *
 * With few runs a configuration's own variance is hardly known, and one that happens to be small would make chance look
 * like proof. Each is therefore moderated by what all configurations have in common, as in Smyth, "Linear Models and
 * Empirical Bayes Methods for Assessing Differential Expression in Microarray Experiments" (2004): the common variance
 * counts as {@linkcode PRIOR_FREEDOM} degrees of freedom beside the configuration's own.
 *
 * @module
 */
import { mean, median, sum } from "simple-statistics";
import type { Outcome } from "./outcome.ts";

/** How many degrees of freedom the common variance counts for. */
const PRIOR_FREEDOM = 4;

/** The standard deviation that a machine without any repeats yet is taken to have: a busy one's. */
const ASSUMED_DEVIATION = 0.15;

const CLIPPED_DEVIATIONS = 2.5;
/** The standard deviation of a normal distribution over the median of its absolute deviations. */
const DEVIATION_OVER_MEDIAN = 1.4826;
/** Residuals below this are never clipped, however quiet the machine. */
const CLIPPED_MIN = 0.02;
const CLIP_TURNS = 3;

/** The fit of unbalanced rounds rests after far fewer. */
const FIT_TURNS = 20;

/** How far two configurations are apart. */
export interface SpeedDifference {
  /** Natural logarithm of the ratio of the throughputs, one over the other. */
  readonly logRatio: number;
  /** Standard error of that. */
  readonly error: number;
  /** Degrees of freedom behind the error. */
  readonly freedom: number;
}

/** The speeds of configurations, as far as their outcomes tell. */
export class Speeds {
  /** By configuration, by round: the logarithm of the throughput, clipped. */
  readonly #logs = new Map<string, Map<number, number>>();
  /** By configuration: the logarithm of its speed, were all rounds alike. */
  readonly #levels = new Map<string, number>();
  /** By configuration: the moderated variance. */
  readonly #variances = new Map<string, number>();

  /** @param outcomes failed runs say nothing about speed, and nor do those without an operation */
  constructor(outcomes: readonly Outcome[]) {
    for (const { configuration, round, measured } of outcomes) {
      if (measured === undefined || !(measured.opsPerSec > 0)) continue;
      let logs = this.#logs.get(configuration);
      if (logs === undefined) this.#logs.set(configuration, logs = new Map());
      logs.set(round, Math.log(measured.opsPerSec));
    }
    for (let turn = 0; turn < CLIP_TURNS; turn++) this.#clip(this.#fit());
    this.#moderate(this.#fit());
  }

  /** How often it has run. */
  runs(configuration: string): number {
    return this.#logs.get(configuration)?.size ?? 0;
  }

  /** The logarithm of its speed, as it would be had it run in all rounds; -Infinity where it has not run. */
  level(configuration: string): number {
    return this.#levels.get(configuration) ?? -Infinity;
  }

  /** How much faster one is than the other, over the rounds that both have run in; `undefined` where there are none. */
  difference(one: string, other: string): SpeedDifference | undefined {
    const otherLogs = this.#logs.get(other);
    const logRatios = Array.from(this.#logs.get(one) ?? []).flatMap(([round, log]) => {
      const otherLog = otherLogs?.get(round);
      return otherLog === undefined ? [] : [log - otherLog];
    });
    const rounds = logRatios.length;
    if (rounds === 0) return undefined;
    const variance = (this.#variances.get(one) ?? 0) + (this.#variances.get(other) ?? 0);
    return { logRatio: mean(logRatios), error: Math.sqrt(variance / rounds), freedom: PRIOR_FREEDOM + rounds - 1 };
  }

  /**
   * Fits each log as its configuration's level and its round's, by turns until both rest.
   *
   * @returns what is left of each log
   */
  #fit(): Residual[] {
    const logs = Array.from(
      this.#logs,
      ([configuration, logs]) => Array.from(logs, ([round, log]) => ({ configuration, round, log, runs: logs.size })),
    ).flat();
    const ofConfigurations = Map.groupBy(logs, ({ configuration }) => configuration);
    const ofRounds = Map.groupBy(logs, ({ round }) => round);
    const rounds = new Map<number, number>();
    const roundOf = (round: number) => rounds.get(round) ?? 0;
    for (let turn = 0; turn < FIT_TURNS; turn++) {
      for (const [configuration, list] of ofConfigurations) {
        this.#levels.set(configuration, mean(list.map(({ round, log }) => log - roundOf(round))));
      }
      for (const [round, list] of ofRounds) {
        rounds.set(round, mean(list.map(({ configuration, log }) => log - this.level(configuration))));
      }
    }
    return logs.map(({ configuration, round, log, runs }) => {
      return { configuration, round, runs, value: log - this.level(configuration) - roundOf(round) };
    });
  }

  #clip(residuals: readonly Residual[]): void {
    // A level that is fitted to few runs lies closer to them than to the truth.
    const sizes = residuals.filter(({ runs }) => runs > 1)
      .map(({ value, runs }) => Math.abs(value) * Math.sqrt(runs / (runs - 1)));
    if (sizes.length === 0) return;
    const most = Math.max(CLIPPED_MIN, CLIPPED_DEVIATIONS * DEVIATION_OVER_MEDIAN * median(sizes));
    for (const { configuration, round, value } of residuals) {
      const excess = Math.abs(value) - most;
      const logs = this.#logs.get(configuration);
      if (excess > 0) logs?.set(round, (logs.get(round) ?? 0) - Math.sign(value) * excess);
    }
  }

  #moderate(residuals: readonly Residual[]): void {
    const freedom = residuals.length - this.#logs.size;
    const common = (PRIOR_FREEDOM * ASSUMED_DEVIATION ** 2 + squaresOf(residuals)) / (PRIOR_FREEDOM + freedom);
    for (const [configuration, own] of Map.groupBy(residuals, ({ configuration }) => configuration)) {
      const ownFreedom = own.length - 1;
      this.#variances.set(configuration, (PRIOR_FREEDOM * common + squaresOf(own)) / (PRIOR_FREEDOM + ownFreedom));
    }
  }
}

/** What is left of a run's log when its configuration's level and its round's are taken away. */
interface Residual {
  readonly configuration: string;
  readonly round: number;
  readonly value: number;
  /** How often the configuration has run. */
  readonly runs: number;
}

function squaresOf(residuals: readonly Residual[]): number {
  return sum(residuals.map(({ value }) => value ** 2));
}

/**
 * The quantile of Student's t distribution whose normal counterpart is `z`: the expansion of Abramowitz and Stegun,
 * "Handbook of Mathematical Functions" (1964), 26.7.5, to the third term.
 */
export function studentQuantile(z: number, freedom: number): number {
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}
