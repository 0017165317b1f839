/**
 * Compares the speeds of configurations, and tells them from noise with a handful of runs each. Pure functions of
 * numbers.
 *
 * The runs come in rounds, and the machine's own speed drifts from one to the next. So runs are only ever compared
 * within a round: what is compared is the logarithm of the ratio of two throughputs, round by round. Noise is assumed
 * to multiply a throughput, and to differ by configuration: one that syncs a disk is noisier than one that does not.
 *
 * Now and then a run hits a stall, and is far slower than the others. A single such run would make a configuration's
 * noise look large for good, so anything off by more than {@linkcode CLIPPED_DEVIATIONS} standard deviations counts as
 * off by just that many: Huber's winsorized residuals, "Robust Statistics" (1981), section 7.
 *
 * With few runs, a configuration's own variance is hardly known, and one that happens to be small would make chance
 * look like proof. Each variance is therefore moderated by what all configurations have in common, as in Smyth, "Linear
 * Models and Empirical Bayes Methods for Assessing Differential Expression in Microarray Experiments" (2004): the
 * common variance counts as {@linkcode PRIOR_FREEDOM} degrees of freedom in addition to the configuration's own.
 *
 * @module
 */
import { mean, median, sum } from "simple-statistics";
import type { Outcome } from "./outcome.ts";

/** How many degrees of freedom the common variance counts as. */
export const PRIOR_FREEDOM = 4;

/** The standard deviation assumed for a machine without any repeats yet: that of a busy one. */
const ASSUMED_DEVIATION = 0.15;

const CLIPPED_DEVIATIONS = 2.5;
/** The ratio of a normal distribution's standard deviation to the median of its absolute deviations. */
const DEVIATION_OVER_MEDIAN = 1.4826;
/** Residuals below this are never clipped, however quiet the machine is. */
const CLIPPED_MIN = 0.02;
const CLIP_TURNS = 3;

/** The fit of unbalanced rounds converges after far fewer. */
const FIT_TURNS = 20;

/** How far apart two configurations are. */
export interface SpeedDifference {
  /** Natural logarithm of the ratio of the first throughput to the second. */
  readonly logRatio: number;
  /** Standard error of that. */
  readonly error: number;
  /** Degrees of freedom behind the error. */
  readonly freedom: number;
}

/** What is known of the speeds of configurations, whatever counts as speed. */
export interface SpeedEstimates {
  /**
   * Two that are tied need no more runs once the ratio of their speeds is known this precisely, with 95% confidence.
   */
  readonly tieWidth: number;
  /** How often it has run. */
  runs(configuration: string): number;
  /** The logarithm of its speed; -Infinity if it has not run. */
  level(configuration: string): number;
  /** How much faster one is than the other; `undefined` if nothing tells. */
  difference(one: string, other: string): SpeedDifference | undefined;
  /** Whether its speed is not known well yet, beside whichever other. */
  isRough(configuration: string): boolean;
  /** Whether it has no speed that counts. */
  isHopeless(configuration: string): boolean;
}

/** With fewer runs, a median has no 95% interval. */
const RUNS_MIN = 6;

/** The throughputs of configurations, as far as their outcomes tell. */
export class Speeds implements SpeedEstimates {
  readonly tieWidth = 0.05;
  /** By configuration, by round: the logarithm of the throughput, clipped. */
  readonly #logs = new Map<string, Map<number, number>>();
  /** By configuration: the logarithm of its speed if all rounds were alike. */
  readonly #levels = new Map<string, number>();
  /** By configuration: the moderated variance. */
  readonly #variances = new Map<string, number>();

  /** @param outcomes runs that failed or did no operation say nothing about speed, and are ignored */
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

  runs(configuration: string): number {
    return this.#logs.get(configuration)?.size ?? 0;
  }

  /** As if it had run in all rounds. */
  level(configuration: string): number {
    return this.#levels.get(configuration) ?? -Infinity;
  }

  /** Over the rounds that both have run in. */
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

  isRough(configuration: string): boolean {
    return this.runs(configuration) < RUNS_MIN;
  }

  isHopeless(): boolean {
    return false;
  }

  /**
   * Fits each log as the sum of its configuration's level and its round's, alternating until both converge.
   *
   * @returns the residual of each log
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
    // A level fitted to few runs is closer to them than to the truth.
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

/** What is left of a run's log after subtracting its configuration's level and its round's. */
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
