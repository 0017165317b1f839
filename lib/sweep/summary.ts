/**
 * The summary of a sweep: where each configuration stands, with what certainty, and what that answers. Pure.
 *
 * @module
 */
import { max, median, min } from "simple-statistics";
import type { CrashDocument } from "../crash/crash_document.ts";
import type { RunDocument } from "../result/run_document.ts";
import { INTERVAL_SAMPLES_MIN, medianInterval } from "../result/statistics.ts";
import { answerFields } from "./answer.ts";
import type { BaselineDrift, ConfigurationEntry, ConfigurationSummary, KillSummary, SummaryLine } from "./lines.ts";
import { summarizeLosses } from "./losses.ts";
import type { Outcome, Space, Trial } from "./outcome.ts";
import { Rates, type RateSearch, roundedRate } from "./rates.ts";
import { type Question, type SweepResults, trialOf } from "./results.ts";
import { countingRuns, type Standing, standings } from "./standing.ts";
import { given } from "../option/given.ts";

/** The limits that are answered if none was asked for, in milliseconds. */
const USUAL_LIMITS_MS = [0, 10, 100];

/** The limits that a question is about, in its axis's unit. */
function limitsOf({ limit }: Question): readonly number[] {
  return limit === undefined ? USUAL_LIMITS_MS : [limit];
}

/**
 * How often every configuration runs before it may drop out: a single run may have hit a stall. Where rates are
 * searched for, the first run only tells where to begin. Where each has its row, it takes as many as an interval does.
 */
const ROUNDS_MIN = { throughput: 2, rate: 3, byPromise: INTERVAL_SAMPLES_MIN } as const;

/** What a sweep has to tell apart. */
export function spaceOf(entries: readonly ConfigurationEntry[], seed: number, question: Question): Space {
  const speed = question.p99Ms === undefined ? "throughput" : "rate";
  return {
    configurations: entries.map(({ id }) => id),
    seed,
    limits: limitsOf(question),
    roundsMin: ROUNDS_MIN[question.isByPromise ? "byPromise" : speed],
    speed,
  };
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
  const { axis, limit, isByPromise, p99Ms } = question;
  const outcomes = results.outcomes(question);
  const found = finalStandings(space, { outcomes, results, p99Ms });
  const rates = p99Ms === undefined ? undefined : new Rates(outcomes);
  const summaries = found.map((standing) => summarizeConfiguration(standing, { results, p99Ms, rates }));
  return {
    kind: "summary",
    lose_at_most: limit === undefined ? null : axis.unit === "writes" ? { writes: limit } : { age_ms: limit },
    ...given({ p99_at_most_ms: p99Ms, by_promise: isByPromise || undefined }),
    on: axis.crash === "power_loss" ? "power-loss" : "process-crash",
    unit: axis.unit,
    ended,
    frontier: found.filter(({ state }) => state === "frontier").toSorted((a, b) => a.loss - b.loss).map(({ id }) => id),
    ...answerFields({ axis, entries, standings: found, summaries, limits: limitsOf(question), p99Ms }),
    configurations: summaries,
    baseline_drift: p99Ms === undefined ? driftOf(space.configurations[0], results) : null,
  };
}

/**
 * The standings as the sweep leaves them. A configuration whose search for a rate goes on is expected to keep up some;
 * but none that it has not been seen to keep up is on the frontier in the end.
 */
function finalStandings(
  space: Space,
  { outcomes, results, p99Ms }: {
    readonly outcomes: readonly Outcome[];
    readonly results: SweepResults;
    readonly p99Ms: number | undefined;
  },
): Standing[] {
  if (p99Ms === undefined) return standings(space, outcomes);
  const without = new Map(space.configurations.flatMap((id) => {
    const trials = results.lines(id).flatMap((line) => trialOf(line, p99Ms) ?? []);
    const isKnown = results.failure(id) !== undefined || trials.some(({ isWithin }) => isWithin);
    return isKnown ? [] : [[id, trials.length === 0 ? "unmeasured" : "too_slow"] as const];
  }));
  const others = new Map(
    standings(
      { ...space, configurations: space.configurations.filter((id) => !without.has(id)) },
      outcomes.filter(({ configuration }) => !without.has(configuration)),
    ).map((standing) => [standing.id, standing]),
  );
  return standings(space, outcomes).map((standing) => {
    const state = without.get(standing.id);
    return state === undefined ? others.get(standing.id) ?? standing : { ...standing, state, beside: [] };
  });
}

function summarizeConfiguration(
  { id, state, beside }: Standing,
  { results, p99Ms, rates }: { results: SweepResults; p99Ms: number | undefined; rates: Rates | undefined },
): ConfigurationSummary {
  const lines = results.lines(id).map((line) => ({ ...line, trial: trialOf(line, p99Ms) }));
  const runs = countingRuns(lines).map(({ run }) => run);
  const reason = results.failure(id);
  return {
    id,
    runs: lines.length,
    ...(rates === undefined ? throughputOf(runs) : rateFields(rates.search(id), lines)),
    loss: {
      process_crash: summarizeLosses(runs, "process_crash", results.kills(id, "process_crash")),
      power_loss: summarizeLosses(runs, "power_loss", results.kills(id, "power_loss")),
    },
    state,
    beside: [...beside],
    kills: summarizeKills(results.crash(id)?.kills ?? null),
    ...given({ reason }),
  };
}

function throughputOf(runs: readonly RunDocument[]): Pick<ConfigurationSummary, "median_ops_per_sec" | "ci95"> {
  const rates = runs.map(({ opsPerSec }) => opsPerSec);
  const interval = medianInterval(rates);
  return {
    median_ops_per_sec: rates.length === 0 ? null : median(rates),
    ci95: interval === undefined ? null : [interval.low, interval.high],
  };
}

/** There is no rate where no trial was within the limit, whatever might be expected. */
function rateFields(search: RateSearch | undefined, lines: readonly { readonly trial: Trial | undefined }[]) {
  const isKnown = search !== undefined && !search.isHopeless && lines.some(({ trial }) => trial?.isWithin);
  return {
    median_ops_per_sec: null,
    rate_per_sec: isKnown ? roundedRate(search.quantile(0.5)) : null,
    ci95: isKnown ? [roundedRate(search.quantile(0.025)), roundedRate(search.quantile(0.975))] as const : null,
  };
}

/** `null` if none could be done. */
function summarizeKills(crash: CrashDocument | null): KillSummary | null {
  if (crash === null) return null;
  const { failure, kills, killsHeld, lostMax, oldestLostMaxMs, states } = crash;
  return {
    crash: failure === "powerLoss" ? "power_loss" : "process_crash",
    kills,
    held: killsHeld,
    lost_writes_max: lostMax,
    lost_age_ms_max: oldestLostMaxMs,
    ...(states.length === 0 ? {} : { states: states.length }),
  };
}

function driftOf(baseline: string | undefined, results: SweepResults): BaselineDrift | null {
  if (baseline === undefined) return null;
  const rates = results.runs(baseline).map(({ opsPerSec }) => opsPerSec);
  if (rates.length < 2) return null;
  const third = Math.max(1, Math.floor(rates.length / 3));
  return {
    configuration: baseline,
    runs: rates.length,
    ratio: median(rates.slice(-third)) / median(rates.slice(0, third)),
    spread: max(rates) / min(rates),
  };
}
