/**
 * The summary of a sweep: where each configuration stands, with what certainty, and what that answers. Pure.
 *
 * @module
 */
import { max, median, min } from "simple-statistics";
import type { Fields } from "../compare/result_file.ts";
import { medianInterval } from "../result/statistics.ts";
import { answerFields } from "./answer.ts";
import type {
  BaselineDrift,
  ConfigurationEntry,
  ConfigurationSummary,
  CrashLine,
  KillSummary,
  SummaryLine,
} from "./lines.ts";
import { killLoss, summarizeLosses } from "./losses.ts";
import type { Space } from "./outcome.ts";
import { cutOf, type LossAxis, rateOf, type SweepResults } from "./results.ts";
import { type Standing, standings } from "./standing.ts";

/** The limits that are answered if none was asked for, in milliseconds. */
export const USUAL_LIMITS_MS = [0, 10, 100];

/** The question that a sweep answers. */
export interface Question {
  /** The limit asked for, in the axis's unit; the usual ones if absent. */
  readonly limit: number | undefined;
  readonly axis: LossAxis;
}

/** The limits that a question is about, in its axis's unit. */
export function limitsOf({ limit }: Question): readonly number[] {
  return limit === undefined ? USUAL_LIMITS_MS : [limit];
}

/** Summarizes a sweep, finished or not. */
export function summarizeSweep(
  { entries, space, question, results, ended }: {
    entries: readonly ConfigurationEntry[];
    space: Space;
    question: Question;
    results: SweepResults;
    ended: SummaryLine["ended"];
  },
): SummaryLine {
  const { axis, limit } = question;
  const found = standings(space, results.outcomes(axis));
  const summaries = found.map((standing) => summarizeConfiguration(standing, results));
  return {
    kind: "summary",
    lose_at_most: limit === undefined ? null : axis.unit === "writes" ? { writes: limit } : { age_ms: limit },
    on: axis.crash === "power_loss" ? "power-loss" : "process-crash",
    unit: axis.unit,
    ended,
    frontier: found.filter(({ state }) => state === "frontier").toSorted((a, b) => a.loss - b.loss).map(({ id }) => id),
    ...answerFields({ axis, entries, standings: found, summaries, limits: limitsOf(question) }),
    configurations: summaries,
    baseline_drift: driftOf(space.configurations[0], results),
  };
}

function summarizeConfiguration({ id, state, beside }: Standing, results: SweepResults): ConfigurationSummary {
  const runs = results.runs(id);
  const rates = runs.map(rateOf);
  const interval = medianInterval(rates);
  const reason = results.failure(id);
  const crash = results.crash(id);
  return {
    id,
    runs: runs.length,
    median_ops_per_sec: rates.length === 0 ? null : median(rates),
    ci95: interval === undefined ? null : [interval.low, interval.high],
    loss: {
      process_crash: summarizeLosses(runs, "process_crash", results.kills(id, "process_crash")),
      power_loss: summarizeLosses(runs, "power_loss", results.kills(id, "power_loss")),
    },
    state,
    beside: [...beside],
    kills: crash === undefined ? null : summarizeKills(crash),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** `null` if none could be done. */
function summarizeKills({ result }: CrashLine): KillSummary | null {
  if (result === null) return null;
  return {
    crash: cutOf(result),
    kills: numberOf(result, "kills"),
    held: numberOf(result, "kills_held"),
    lost_writes_max: killLoss(result, "writes"),
    lost_age_ms_max: killLoss(result, "age_ms"),
  };
}

function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === "number" ? value : 0;
}

function driftOf(baseline: string | undefined, results: SweepResults): BaselineDrift | null {
  if (baseline === undefined) return null;
  const rates = results.runs(baseline).map(rateOf);
  if (rates.length < 2) return null;
  const third = Math.max(1, Math.floor(rates.length / 3));
  return {
    configuration: baseline,
    runs: rates.length,
    ratio: median(rates.slice(-third)) / median(rates.slice(0, third)),
    spread: max(rates) / min(rates),
  };
}
