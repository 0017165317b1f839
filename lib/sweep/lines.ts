/**
 * The lines of a sweep's results file: one JSON object each, in chronological order. Everything that writes or reads
 * the file uses these types.
 *
 * The first line is a {@linkcode SweepHeader}. It is followed by a {@linkcode RunLine}, {@linkcode FailureLine} or
 * {@linkcode CrashLine} for each thing that ended, and a {@linkcode SummaryLine} whenever a sweep reached its end; a
 * resumed sweep has several, of which the last counts.
 *
 * Names end in their unit. `"everything"` means unbounded: nothing survives. `null` means unknown.
 *
 * @module
 */
import type { Fields } from "../result/json.ts";
import type { CrashKind } from "../result/run_document.ts";

/** The beginning of a {@linkcode SweepHeader}. */
export const SWEEP_KIND = "kvlab/sweep";

/** The version of the file format; other versions are not read. */
export const SWEEP_VERSION = 1;

/** A loss in some unit: a number, everything, or unknown. */
export type LossValue = number | "everything" | null;

/** The first line: what is measured, and where. */
export interface SweepHeader {
  readonly kind: typeof SWEEP_KIND;
  readonly version: typeof SWEEP_VERSION;
  /** The version of kvlab that measures. */
  readonly kvlab: string;
  /** When the sweep began, in ISO 8601. */
  readonly started_at: string;
  /** Seed of the load and of the order of the runs. */
  readonly seed: number;
  /** The arguments of the load, the same for all runs. */
  readonly load_args: readonly string[];
  /** The load under the names of its flags, as in a run's JSON, without a backend. */
  readonly options: Fields;
  /** As in a run's JSON. */
  readonly machine: Fields;
  readonly configurations: readonly ConfigurationEntry[];
}

/** One configuration. */
export interface ConfigurationEntry {
  /** `c01`, `c02` and so on: unique in the sweep. */
  readonly id: string;
  /** What it is called, as in `names.ts`: short, and unique in the sweep. */
  readonly name: string;
  /** The arguments that follow those of the load: a backend and its flags. */
  readonly args: readonly string[];
  /** The command that runs it alone, ready for a shell. */
  readonly command: string;
  /** The backend's name. */
  readonly backend: string;
  /** The name of the layout; `null` if the backend has none. */
  readonly layout: string | null;
  /** What the backend promises for each kind of crash, in words; `null` if it promises nothing. */
  readonly promises: Readonly<Record<CrashKind, string>> | null;
}

/** A run that succeeded. */
export interface RunLine {
  readonly kind: "run";
  /** The configuration's `id`. */
  readonly configuration: string;
  /** From 1. Within a round, each configuration runs at most once. */
  readonly round: number;
  readonly started_at: string;
  /** How long it took, including start, preload and drain, in milliseconds. */
  readonly took_ms: number;
  /** The rate of its open loop; absent for a closed loop. */
  readonly rate_per_sec?: number;
  /** What `--format=json` prints for it. */
  readonly result: Fields;
}

/** A run that failed. Its configuration is not run again. */
export interface FailureLine {
  readonly kind: "failure";
  readonly configuration: string;
  readonly round: number;
  readonly started_at: string;
  readonly took_ms: number;
  /** In one line. */
  readonly reason: string;
}

/** Real kills of a configuration. */
export interface CrashLine {
  readonly kind: "crash";
  readonly configuration: string;
  readonly started_at: string;
  readonly took_ms: number;
  /** What `kvlab crash --format=json` prints; `null` if it could not be done. */
  readonly result: Fields | null;
  /** Why it could not be done, in one line. */
  readonly reason?: string;
}

/** What the sweep found. */
export interface SummaryLine {
  readonly kind: "summary";
  /** The limit that was asked for; `null` if none was. */
  readonly lose_at_most: { readonly writes: number } | { readonly age_ms: number } | null;
  /** The limit on the p99 latency that was asked for; absent if none was. */
  readonly p99_at_most_ms?: number;
  /** Present if all configurations promise to lose nothing, and each was run and killed. */
  readonly by_promise?: true;
  /** The kind of crash that the frontier is about. */
  readonly on: "process-crash" | "power-loss";
  /** The unit of loss that the frontier is about. */
  readonly unit: "writes" | "age_ms";
  /** Why it ended: nothing was left to tell apart, the time was up, or it was interrupted. */
  readonly ended: "separated" | "budget" | "interrupted";
  /** The `id`s on the frontier, from the least loss; those tied with it are not included. */
  readonly frontier: readonly string[];
  /** One sentence, or one for each limit whose answer differs, separated by newlines. */
  readonly answer: string;
  /** For each sentence, the `id` of the configuration that it answers with; `null` if there is none. */
  readonly answered: readonly (string | null)[];
  /** In the order of the header. */
  readonly configurations: readonly ConfigurationSummary[];
  /**
   * How the first configuration's throughput changed over the sweep; `null` if it ran less than twice, or at rates.
   */
  readonly baseline_drift: BaselineDrift | null;
}

/** The unit of a loss. */
export type LossUnit = SummaryLine["unit"];

/** Which loss the frontier of a sweep is about. */
export interface LossAxis {
  readonly crash: CrashKind;
  readonly unit: LossUnit;
}

/** The axis of a summary. */
export function axisOf({ on, unit }: Pick<SummaryLine, "on" | "unit">): LossAxis {
  return { crash: on === "power-loss" ? "power_loss" : "process_crash", unit };
}

/**
 * The standing of a configuration:
 *
 * - `frontier`: none that loses as little is as fast;
 * - `tied`: one that loses as little may be as fast, but noise does not tell;
 * - `dominated`: one that loses as little is clearly faster;
 * - `too_slow`: it kept within the limit on the latency at no rate that was tried;
 * - `failed`: it could not be run;
 * - `unmeasured`: its turn never came.
 */
export type ConfigurationState = "frontier" | "tied" | "dominated" | "too_slow" | "failed" | "unmeasured";

/** A summary of one configuration. */
export interface ConfigurationSummary {
  readonly id: string;
  readonly runs: number;
  /** `null` if no run succeeded, or rates were searched for. */
  readonly median_ops_per_sec: number | null;
  /** The highest rate at which half of the runs answer within the limit; `null` if none did. Absent without a limit. */
  readonly rate_per_sec?: number | null;
  /** Where the figure lies with 95% confidence; `null` if there is none, and for a median of fewer than 6 runs. */
  readonly ci95: readonly [low: number, high: number] | null;
  readonly loss: Readonly<Record<CrashKind, LossSummary>>;
  readonly state: ConfigurationState;
  /** The `id`s of those that it cannot be told from, if tied; of the one that dominates it, if dominated. */
  readonly beside: readonly string[];
  /** Real kills; `null` if there were none. */
  readonly kills: KillSummary | null;
  /** Why it failed. */
  readonly reason?: string;
}

/** What a crash loses, over a configuration's runs. */
export interface LossSummary {
  /** What counts against a limit: what is promised, or else the worst moment of a run; the median of all runs. */
  readonly writes: LossValue;
  readonly age_ms: LossValue;
  /** What is promised, if bounded; the median of all runs. */
  readonly bound_writes?: number;
  readonly bound_age_ms?: number;
  /** What the gauge showed 99% of the time; the median of all runs. */
  readonly p99_writes?: number;
  readonly p99_age_ms?: number;
  /** The worst that the gauge showed in any run. */
  readonly max_writes?: number;
  readonly max_age_ms?: number;
}

/** What real kills cost. */
export interface KillSummary {
  /** What was killed: the process, or the power with `--cut=power`. */
  readonly crash: CrashKind;
  readonly kills: number;
  /** Kills that tore nothing, and after which no more was lost than the gauge said and the policy promises. */
  readonly held: number;
  /** The most that one kill cost. */
  readonly lost_writes_max: number;
  readonly lost_age_ms_max: number;
  /** Of cuts of the power: in how many states of the disk. */
  readonly states?: number;
}

/** How the machine's own speed changed. */
export interface BaselineDrift {
  /** The configuration's `id`. */
  readonly configuration: string;
  readonly runs: number;
  /** Median throughput of the last third of its runs over that of the first third. */
  readonly ratio: number;
  /** Its fastest run over its slowest. */
  readonly spread: number;
}

/** Any line after the first. */
export type SweepLine = RunLine | FailureLine | CrashLine | SummaryLine;
