/**
 * The typed commands that command lines are turned into.
 *
 * @module
 */
import type { FailoverOptions } from "../engine/failover.ts";
import type { GateLimits } from "../compare/gate.ts";
import type { CutPower } from "../crash/crash.ts";
import type { CrashLoad, CutName } from "../crash/victim.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { LossAxis } from "../sweep/lines.ts";
import type { OutputOptions } from "./output_options.ts";

/** Runs a load and measures it. */
export interface RunCommand extends OutputOptions {
  readonly kind: "run";
  readonly options: RunOptions;
  /** How often to run. */
  readonly repeat: number;
}

/** Runs a load and kills it, again and again. */
export interface CrashCommand extends Pick<OutputOptions, "reportFile" | "quiet"> {
  readonly kind: "crash";
  /** How often to kill it. */
  readonly kills: number;
  /** What is cut each time. */
  readonly cut: CutName;
  /** Of cuts of the power: the disk, and how many states are tried. */
  readonly power?: CutPower;
  /** The load of each child. Its load time is the longest that a child runs before it is killed. */
  readonly options: CrashLoad;
  /** Present where replicas take over from what fails. */
  readonly failover?: FailoverOptions;
  readonly format: "text" | "json";
}

/** Runs many configurations in turn, to find out what each degree of risk buys. */
export interface SweepCommand extends Pick<OutputOptions, "reportFile" | "quiet"> {
  readonly kind: "sweep";
  /** The load's flags that are given, without dashes, in the order shown to users; a switch has an empty value. */
  readonly load: ReadonlyMap<string, string>;
  /** What the load uses where neither these flags nor a plan say. */
  readonly defaults: RunDefaults;
  /** The arguments of each group after a `--`; empty if there is no group. */
  readonly groups: readonly (readonly string[])[];
  readonly planFile?: string;
  readonly budgetMs: number;
  readonly axis: LossAxis;
  /** In the axis's unit. */
  readonly limit: number | undefined;
  /** Whether only what promises to lose nothing in the axis's kind of crash is compared, and all of it is killed. */
  readonly isByPromise: boolean;
  /** The limit on the p99 latency, if rates are searched for instead of throughputs compared. */
  readonly p99Ms?: number;
  /** How often each configuration on the frontier, or each that promises enough, is killed. */
  readonly kills: number;
  /** What fails in these kills, as spelled on the command line. */
  readonly cut: CutName;
  readonly resultsFile?: string;
  readonly resume: boolean;
  readonly dryRun: boolean;
  /** Whether a very large number of configurations is allowed. */
  readonly yes: boolean;
  readonly format: "text" | "json";
}

/** What is to be read of a directory. */
export interface DirectoryOptions {
  readonly directory: string;
  /** Whether to read the directory even if a running kvlab has it locked. */
  readonly forceRead: boolean;
}

/** Inspects a directory. */
export interface InspectCommand extends DirectoryOptions {
  readonly kind: "inspect";
  readonly format: "text" | "json";
}

/** Exports all entries of a directory. */
export interface ExportCommand extends DirectoryOptions {
  readonly kind: "export";
  readonly format: "json" | "cbor";
}

/** Compares the results of runs. */
export interface CompareCommand {
  readonly kind: "compare";
  /** Paths of the results, at least two; the others are compared with the first. */
  readonly files: readonly string[];
  readonly format: "text" | "json";
  /** How much worse than the first the others may be; absent if there is no limit. */
  readonly limits?: GateLimits;
}

/** Checks whether histories are linearizable. */
export interface CheckCommand {
  readonly kind: "check";
  /** Paths of the histories, at least one. */
  readonly files: readonly string[];
  readonly format: "text" | "json";
}

/** Writes a page from results. */
export interface ReportCommand {
  readonly kind: "report";
  /** Paths of the results, at least one. */
  readonly files: readonly string[];
  /** The page's path. */
  readonly output: string;
  /** Path for the map as a picture of its own, if wanted. */
  readonly mapFile?: string;
}

/** What a run uses where the command line does not say. */
export interface RunDefaults {
  readonly threads: number;
  /** An integer from 0 to 2^32 - 1. */
  readonly seed: number;
}

/** Any command. */
export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | RunCommand
  | CrashCommand
  | SweepCommand
  | InspectCommand
  | ExportCommand
  | CompareCommand
  | CheckCommand
  | ReportCommand;
