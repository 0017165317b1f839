/**
 * The sweep: asks the planner what to run next, runs it, keeps the result, and goes on until the frontier is separated,
 * the time is up, or it is told to stop. Then it kills the configurations on the frontier.
 *
 * @module
 */
import { max, median, sum } from "simple-statistics";
import type { Fields } from "../result/json.ts";
import type { ConfigurationEntry, SummaryLine, SweepLine } from "./lines.ts";
import type { Space } from "./outcome.ts";
import { leftOf, next } from "./planner.ts";
import { Rates, roundedRate } from "./rates.ts";
import type { Question, SweepResults } from "./results.ts";
import { standings } from "./standing.ts";
import { summarizeSweep } from "./summary.ts";

/** The outcome of a child: a result, or why there is none; `undefined` if it was told to stop. */
export type ChildOutcome = { readonly result: Fields } | { readonly reason: string } | undefined;

/** Runs and kills configurations for a sweep. */
export interface SweepHands {
  /** Runs a configuration once: at a rate, or if there is none as a closed loop. */
  run(configuration: ConfigurationEntry, ratePerSec: number | undefined): Promise<ChildOutcome>;
  /** Kills a configuration as often as asked, under such a load. */
  kill(configuration: ConfigurationEntry, ratePerSec: number | undefined): Promise<ChildOutcome>;
}

/** How far a sweep has got. */
export interface SweepProgress {
  /** The configuration that is running. */
  readonly configuration: ConfigurationEntry;
  /** Its round; absent while it is being killed. */
  readonly round?: number;
  /** How many are left in this round, including this one, or left to kill. */
  readonly left: number;
  /** Of the budget, in milliseconds. */
  readonly leftMs: number;
}

/** What a sweep needs. */
export interface SweepParts {
  readonly entries: readonly ConfigurationEntry[];
  readonly space: Space;
  readonly question: Question;
  /** What there is already; new results are added to it. */
  readonly results: SweepResults;
  readonly budgetMs: number;
  /** How many real kills each configuration on the frontier gets, or each by promise; 0 for none. */
  readonly kills: number;
  /** The estimated time of a run, used until one has been seen, in milliseconds. */
  estimateMs(configuration: ConfigurationEntry): number;
  /**
   * The estimated time for the kills of a configuration, in milliseconds.
   *
   * @param lateMs how much longer its runs take than estimated: its engine starts slowly, or fills slowly
   */
  killsMs(configuration: ConfigurationEntry, lateMs: number): number;
  readonly hands: SweepHands;
  /** Stores a line durably before returning. */
  keep(line: SweepLine): void;
  /** Aborted to stop; the current run is then not counted. */
  readonly stop?: AbortSignal;
  /** Called before each run, and before each configuration's kills. */
  onProgress?(progress: SweepProgress): void;
}

/** How many configurations are expected on the frontier; the runs leave time for their kills. */
const FRONTIER_EXPECTED = 6;
/**
 * The kills take at most this share of the budget; where each configuration is killed, or those of a single one take
 * longer, that one.
 */
const KILLS_SHARE = 0.25;
const ALL_KILLS_SHARE = 0.5;

/** Sweeps, and summarizes what it found; the summary becomes the last line. */
export async function sweep(parts: SweepParts): Promise<SummaryLine> {
  const { results, keep } = parts;
  const runner = new SweepRunner(parts);
  const ended = await runner.runAll();
  if (ended !== "interrupted") await runner.killAll();
  const summary = summarizeSweep({ ...parts, ended: parts.stop?.aborted ? "interrupted" : ended });
  keep(summary);
  results.add(summary);
  return summary;
}

class SweepRunner {
  readonly #parts: SweepParts;
  readonly #entries: ReadonlyMap<string, ConfigurationEntry>;
  readonly #startedAtMs = performance.now();
  /** The time spent in earlier runs. */
  readonly #spentBeforeMs: number;

  constructor(parts: SweepParts) {
    this.#parts = parts;
    this.#entries = new Map(parts.entries.map((entry) => [entry.id, entry]));
    this.#spentBeforeMs = parts.results.tookMs;
  }

  /** Runs what the planner says until it has enough, the time is up or the sweep is told to stop. */
  async runAll(): Promise<SummaryLine["ended"]> {
    const { space, question, results, hands, stop, onProgress } = this.#parts;
    while (!stop?.aborted) {
      const outcomes = results.outcomes(question);
      const step = next(space, outcomes);
      if (step.kind === "separated") return "separated";
      const { round, ratePerSec } = step;
      const entry = this.#entry(step.configuration);
      // The first round is always completed; otherwise there would be nothing to say about some configurations.
      if (round > 1 && this.#leftMs - this.#killsReserveMs < this.#expectedMs(entry)) return "budget";
      const left = leftOf(space, round, outcomes).length;
      onProgress?.({ configuration: entry, round, left, leftMs: this.#leftMs });
      const { outcome, times } = await timed(() => hands.run(entry, ratePerSec));
      if (outcome === undefined) break;
      const rate = ratePerSec === undefined ? {} : { rate_per_sec: ratePerSec };
      const common = { configuration: entry.id, round, ...times, ...rate };
      this.#add(
        "result" in outcome ? { kind: "run", ...common, ...outcome } : { kind: "failure", ...common, ...outcome },
      );
    }
    return "interrupted";
  }

  /**
   * Kills what is on the frontier. If that refutes a promise, the frontier changes, and what takes its place is next.
   */
  async killAll(): Promise<void> {
    const { kills, hands, stop, onProgress } = this.#parts;
    if (kills === 0) return;
    while (!stop?.aborted) {
      const unkilled = this.#unkilled();
      // What takes longer than there is time must not keep others from being killed.
      const entry = unkilled.find((entry) => this.#killsMs(entry) < this.#leftMs);
      if (entry === undefined) return;
      onProgress?.({ configuration: entry, left: unkilled.length, leftMs: this.#leftMs });
      const { outcome, times } = await timed(() => hands.kill(entry, this.#foundRate(entry.id)));
      if (outcome === undefined) return;
      const common = { kind: "crash", configuration: entry.id, ...times } as const;
      this.#add("result" in outcome ? { ...common, ...outcome } : { ...common, result: null, ...outcome });
    }
  }

  /**
   * Those on the frontier that have not been killed yet, or all where each has to keep its promise, starting with those
   * that answer the question, since there may not be time for all. Memory alone has nothing that survives, so it is not
   * killed.
   */
  #unkilled(): ConfigurationEntry[] {
    const { space, question, results } = this.#parts;
    const onFrontier = standings(space, results.outcomes(question))
      .filter(({ state, runs }) => state === "frontier" || question.isByPromise && runs > 0)
      .toSorted((a, b) => b.level - a.level);
    const answers = space.limits.map((limit) => onFrontier.find(({ loss }) => loss <= limit));
    return [...new Set([...answers, ...onFrontier])]
      .filter((standing) => standing !== undefined)
      .filter(({ id }) => results.crash(id) === undefined)
      .map(({ id }) => this.#entry(id))
      .filter(({ backend }) => backend !== "memory");
  }

  /** The rate at which a configuration is killed, where the question is about rates. */
  #foundRate(id: string): number | undefined {
    const { space, question, results } = this.#parts;
    if (space.speed !== "rate") return undefined;
    const search = new Rates(results.outcomes(question)).search(id);
    return search && roundedRate(search.quantile(0.5));
  }

  #entry(id: string): ConfigurationEntry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new RangeError(`Cannot run ${id}: there is no such configuration`);
    return entry;
  }

  #add(line: SweepLine): void {
    this.#parts.keep(line);
    this.#parts.results.add(line);
  }

  get #leftMs(): number {
    return this.#parts.budgetMs - this.#spentBeforeMs - (performance.now() - this.#startedAtMs);
  }

  get #killsReserveMs(): number {
    const { kills, budgetMs, entries, question: { isByPromise } } = this.#parts;
    if (kills === 0) return 0;
    const each = entries.filter(({ backend }) => backend !== "memory").map((entry) => this.#killsMs(entry));
    const [killed, share] = isByPromise ? [entries.length, ALL_KILLS_SHARE] : [FRONTIER_EXPECTED, KILLS_SHARE];
    const reserveMs = Math.min(sum(each) * killed / entries.length, budgetMs * share);
    // What is too short for the kills of any would be lost to all.
    const leastMs = Math.min(...each);
    return leastMs <= budgetMs * ALL_KILLS_SHARE ? Math.max(reserveMs, leastMs) : 0;
  }

  #killsMs(entry: ConfigurationEntry): number {
    const times = this.#parts.results.runTimesMs(entry.id);
    const lateMs = times.length === 0 ? 0 : median(times) - this.#parts.estimateMs(entry);
    return this.#parts.killsMs(entry, Math.max(0, lateMs));
  }

  #expectedMs(entry: ConfigurationEntry): number {
    const times = this.#parts.results.runTimesMs(entry.id);
    return times.length === 0 ? this.#parts.estimateMs(entry) : max(times);
  }
}

async function timed(work: () => Promise<ChildOutcome>) {
  const startedAt = new Date();
  const startMs = performance.now();
  const outcome = await work();
  const tookMs = Math.round(performance.now() - startMs);
  return { outcome, times: { started_at: startedAt.toISOString(), took_ms: tookMs } };
}
