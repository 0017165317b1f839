/**
 * The content of the map in each of its views: where each configuration is, and its state, which says
 * whether it is worth choosing: no other beats it in both throughput and loss.
 *
 * @module
 */
import { TESTED_SAMPLES_MIN, testNoise } from "../compare/comparison.ts";
import { THROUGHPUT } from "../result/load_figures.ts";
import type { Interval } from "../result/statistics.ts";
import { CRASH_KINDS, type CrashKind } from "../result/run_document.ts";
import {
  axisOf,
  type ConfigurationState,
  type LossAxis,
  type LossUnit,
  type LossValue,
  type SummaryLine,
} from "../sweep/lines.ts";
import { lossNumber } from "../sweep/losses.ts";
import { type Configuration, medianInterval, medianOpsPerSec, type ReportData, speedName } from "./report_data.ts";
import { CRASH_NAMES, lossText, rateText, UNIT_NAMES } from "./wording.ts";
import { given } from "../option/given.ts";

/** One configuration on the map. */
export interface MapPoint {
  /** In the report's configurations. */
  readonly index: number;
  readonly configuration: Configuration;
  /** What a crash loses, in the view's unit; never null. */
  readonly loss: number | "everything";
  /** What the gauge showed, from the 99th percentile to the worst moment. */
  readonly gauge?: Interval;
  readonly opsPerSec: number;
  /** Where the median lies with 95% confidence. */
  readonly interval?: Interval;
  /** From the slowest run to the fastest, if there are too few for an interval. */
  readonly range?: Interval;
  readonly state: ConfigurationState;
}

/** The map of one kind of crash in one unit. */
export interface MapView {
  readonly crash: CrashKind;
  readonly unit: LossUnit;
  /** What the speeds are, such as `operations per second`. */
  readonly speed: string;
  readonly points: readonly MapPoint[];
  /** Configurations whose loss is unknown. */
  readonly unknown: readonly Configuration[];
  /** The most that the sweep was asked to lose. */
  readonly limit?: number;
}

const UNITS = ["age_ms", "writes"] as const;

/** All views, starting with the one to show first: that of the sweep, or else process crashes by time. */
export function mapViews(data: ReportData): MapView[] {
  const views = CRASH_KINDS.flatMap((crash) => UNITS.map((unit) => viewOf(data, crash, unit)));
  const summary = data.sweeps[0]?.summary;
  if (summary === undefined) return views;
  const isAsked = (view: MapView) => isOn(summary, view);
  return [...views.filter(isAsked), ...views.filter((view) => !isAsked(view))];
}

function viewOf(data: ReportData, crash: CrashKind, unit: LossUnit): MapView {
  const measured = [...data.configurations.entries()].filter(([, one]) => medianOpsPerSec(one) !== undefined);
  const known = measured.filter(([, { loss }]) => loss[crash][unit] !== null);
  const parts = known.map(([index, configuration]) => ({ index, configuration, ...speedOf(configuration) }));
  const states = statesOf(parts.map(({ configuration, opsPerSec, interval }) => ({
    opsPerSec,
    ...given({ interval }),
    ...(configuration.opsPerSec === undefined ? {} : { samples: samplesOf(configuration) }),
    loss: configuration.loss[crash][unit],
  })));
  const limit = limitOf(data, crash, unit);
  return {
    crash,
    unit,
    speed: speedName(data),
    points: parts.map((part, at) => {
      const { configuration } = part;
      const gauge = gaugeOf(configuration, crash, unit);
      const asked = isAskedOf(data, configuration, crash, unit) ? configuration.summary?.state : undefined;
      return {
        ...part,
        loss: lossIn(configuration.loss[crash][unit]),
        ...given({ gauge }),
        state: asked ?? states[at] ?? "dominated",
      };
    }),
    unknown: measured.filter((entry) => !known.includes(entry)).map(([, configuration]) => configuration),
    ...given({ limit }),
  };
}

function isOn(summary: SummaryLine, { crash, unit }: LossAxis): boolean {
  const axis = axisOf(summary);
  return axis.crash === crash && axis.unit === unit;
}

/** Whether the sweep itself determined the configuration's state in this view. */
function isAskedOf(data: ReportData, { summary }: Configuration, crash: CrashKind, unit: LossUnit): boolean {
  return summary !== undefined && data.configurations.every((other) => other.summary !== undefined) &&
    data.sweeps.length === 1 &&
    data.sweeps.every(({ summary }) => summary !== undefined && isOn(summary, { crash, unit }));
}

function lossIn(loss: LossValue): number | "everything" {
  return typeof loss === "number" ? loss : "everything";
}

function speedOf(configuration: Configuration) {
  const { opsPerSec } = configuration;
  const interval = medianInterval(configuration);
  const isRanged = interval === undefined && opsPerSec !== undefined && opsPerSec.max > opsPerSec.min;
  return {
    opsPerSec: medianOpsPerSec(configuration) ?? 0,
    ...given({ interval }),
    ...(isRanged ? { range: { low: opsPerSec.min, high: opsPerSec.max } } : {}),
  };
}

function samplesOf({ runs }: Configuration): number[] {
  return runs.flatMap(({ run }) => run.figures.get(THROUGHPUT) ?? []);
}

function gaugeOf({ loss }: Configuration, crash: CrashKind, unit: LossUnit): Interval | undefined {
  const low = loss[crash][`p99_${unit}`], high = loss[crash][`max_${unit}`];
  return low === undefined || high === undefined ? undefined : { low, high };
}

function limitOf({ sweeps }: ReportData, crash: CrashKind, unit: LossUnit): number | undefined {
  const summary = sweeps.length === 1 ? sweeps[0]?.summary : undefined;
  const limit = summary?.lose_at_most;
  if (summary === undefined || limit === null || limit === undefined) return undefined;
  if (axisOf(summary).crash !== crash) return undefined;
  if (unit === "writes") return "writes" in limit ? limit.writes : undefined;
  return "age_ms" in limit ? limit.age_ms : undefined;
}

/** A point of the map in one sentence. */
export function pointText({ crash, unit }: MapView, point: MapPoint): string {
  const { configuration: { called, title }, opsPerSec, interval, loss, state } = point;
  const range = interval === undefined ? "" : ` (${rateText(interval.low)} to ${rateText(interval.high)})`;
  return `${called}: ${title}. ${rateText(opsPerSec)}${range}. ` +
    `A ${CRASH_NAMES[crash]} loses ${lossText(loss, unit)}. ${STATE_TEXTS[state]}`;
}

/** The meaning of each state, in one sentence. */
export const STATE_TEXTS: Readonly<Record<ConfigurationState, string>> = {
  frontier: "On the frontier: none that loses as little is as fast.",
  tied: "Tied: one that loses as little may be faster, but the difference is within noise.",
  dominated: "Dominated: one that loses as little is faster.",
  too_slow: "Too slow: it kept the limit on the p99 latency at no rate that was tried.",
  failed: "Failed.",
  unmeasured: "Its turn never came.",
};

/** The name of a view. */
export function viewName({ crash, unit }: Pick<MapView, "crash" | "unit">): string {
  return `${CRASH_NAMES[crash]}, ${UNIT_NAMES[unit]}`;
}

/** What counts about one configuration. */
export interface Contestant {
  /** Median operations per second. */
  readonly opsPerSec: number;
  /** Where the median lies with 95% confidence, if there are enough runs to tell. */
  readonly interval?: Interval;
  /** Of each run; absent if the median is of something else. */
  readonly samples?: readonly number[];
  /** What a crash loses; `null` if unknown, which is as bad as everything. */
  readonly loss: LossValue;
}

/**
 * The state of each configuration. It is dominated by another that loses no more and is faster. Speeds are compared by
 * the test of `compare` where both have enough runs, so that both tell the same apart; otherwise by the intervals of
 * the medians if both have one, so that overlapping intervals are tied; otherwise by the medians.
 */
export function statesOf(contestants: readonly Contestant[]): ConfigurationState[] {
  return contestants.map((one) => {
    const rivals = contestants.filter((other) => other !== one && lossNumber(other.loss) <= lossNumber(one.loss));
    if (rivals.some((rival) => isClearlyFaster(rival, one))) return "dominated";
    return rivals.some((rival) => rival.opsPerSec > one.opsPerSec) ? "tied" : "frontier";
  });
}

function isClearlyFaster(one: Contestant, other: Contestant): boolean {
  // Of many configurations most pairs need no test.
  if (one.opsPerSec <= other.opsPerSec) return false;
  const [samples, others] = [one.samples ?? [], other.samples ?? []];
  if (Math.min(samples.length, others.length) >= TESTED_SAMPLES_MIN) {
    const { verdict } = testNoise(samples, others);
    if (verdict !== "too few repeats") return verdict === "differs";
  }
  if (one.interval === undefined || other.interval === undefined) return true;
  return one.interval.low > other.interval.high;
}
