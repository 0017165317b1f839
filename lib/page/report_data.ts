/**
 * What a report shows: the configurations with everything measured about them, assembled from the sources.
 *
 * @module
 */
import { type CrashDocument, readCrash } from "../crash/crash_document.ts";
import { type Interval, type SampleSummary, summarize } from "../result/statistics.ts";
import type { CrashKind, RunDocument } from "../result/run_document.ts";
import { commandOf, p99Text, speedOf } from "../sweep/answer.ts";
import type { ConfigurationSummary, LossSummary } from "../sweep/lines.ts";
import { summarizeLosses } from "../sweep/losses.ts";
import { trialOf } from "../sweep/results.ts";
import { countingRuns } from "../sweep/standing.ts";
import { shellWord } from "../option/wording.ts";
import { calledText } from "../sweep/names.ts";
import { endingTexts, type ResultDocument } from "../result/result_document.ts";
import { shortNames } from "../result/format.ts";
import { type Fields, textIn } from "../result/json.ts";
import { THROUGHPUT } from "../result/load_figures.ts";
import type { CheckSource, ComparisonSource, Source, SweepSource } from "./source.ts";

/** One run of a configuration. */
export interface ShownRun {
  /** From 1, within the configuration or the sweep. */
  readonly round: number;
  /** In milliseconds since the epoch, if known. */
  readonly startedAtMs?: number;
  readonly run: RunDocument;
}

/** One configuration, and what was measured about it. */
export interface Configuration {
  /** Short and unique in the report. */
  readonly id: string;
  /** What it is called beside its id; the id itself outside of a sweep. */
  readonly called: string;
  /** Its arguments, without those of the load. */
  readonly title: string;
  /** Absent where an older kvlab wrote the result. */
  readonly command?: string;
  readonly backend: string;
  readonly layout: string | null;
  /** Backend and layout; configurations of a group share a colour. */
  readonly group: string;
  readonly options: Fields;
  readonly promises: Readonly<Record<CrashKind, string>> | null;
  readonly runs: readonly ShownRun[];
  /** Over all runs; absent if none succeeded, or each ran at another rate. */
  readonly opsPerSec?: SampleSummary;
  readonly loss: Readonly<Record<CrashKind, LossSummary>>;
  /** What real kills cost. */
  readonly crash?: CrashDocument;
  /** The sweep's own summary of it, if the sweep reached its end. */
  readonly summary?: ConfigurationSummary;
  /** Why it could not be run or killed, or not to its end. */
  readonly failures: readonly string[];
}

/** The median throughput: the sweep's own, if it reached its end; or the rate that it has found. */
export function medianOpsPerSec({ summary, opsPerSec }: Configuration): number | undefined {
  return (summary && speedOf(summary)) ?? opsPerSec?.median;
}

/** Where that lies with 95% confidence; absent if there are too few runs to tell. */
export function medianInterval({ summary, opsPerSec }: Configuration): Interval | undefined {
  if (summary?.ci95 === undefined || summary.ci95 === null) return opsPerSec?.interval;
  const [low, high] = summary.ci95;
  return { low, high };
}

/** What the speeds of configurations are, in the report's own words. */
export function speedName({ configurations, sweeps }: ReportData): string {
  const [limit, ...others] = new Set(sweeps.map(({ summary }) => summary?.p99_at_most_ms));
  const isOfAll = configurations.every(({ summary }) => summary?.rate_per_sec !== undefined);
  if (limit === undefined || others.length > 0 || !isOfAll) return "operations per second";
  return `operations per second with ${p99Text(limit)}`;
}

/** Where and with what something was measured. */
export interface Environment {
  /** The file names that it applies to. */
  readonly of: readonly string[];
  readonly kvlab: string;
  readonly machine: Fields;
}

/** Everything that a report shows. */
export interface ReportData {
  readonly configurations: readonly Configuration[];
  readonly environments: readonly Environment[];
  readonly sweeps: readonly SweepSource[];
  readonly comparisons: readonly ComparisonSource[];
  readonly checks: readonly CheckSource[];
}

/** Assembles the sources, in order. */
export function reportData(sources: readonly Source[]): ReportData {
  const names = shortNames(sources.map(({ path }) => path));
  const configurations = sources.flatMap((source, at) => configurationsOf(source, names[at] ?? source.path));
  return {
    configurations: withUniqueIds(configurations),
    environments: environmentsOf(sources, names),
    sweeps: sources.filter((source) => source.kind === "sweep"),
    comparisons: sources.filter((source) => source.kind === "comparison"),
    checks: sources.filter((source) => source.kind === "check"),
  };
}

function configurationsOf(source: Source, name: string): Configuration[] {
  switch (source.kind) {
    case "runs":
      return [runsConfiguration(source.result, name)];
    case "crash":
      return [{ ...configurationOf(name, source.crash, []), crash: source.crash }];
    case "comparison": {
      const { documents } = source.comparison;
      const names = shortNames(documents.map(({ path }) => path));
      return documents.map((document, at) => runsConfiguration(document, `${name}: ${names[at]}`));
    }
    case "sweep":
      return sweepConfigurations(source);
    case "check":
      return [];
  }
}

function runsConfiguration(result: ResultDocument, id: string): Configuration {
  const runs = result.runs.map((run, at) => ({ round: at + 1, run }));
  const failures = endingTexts(result.ending, result.repeats).map((text) => `it ${text}`);
  return { ...configurationOf(id, result, runs), failures };
}

/** A configuration outside a sweep. */
function configurationOf(
  id: string,
  { options, args }: Pick<ResultDocument, "options" | "args">,
  runs: readonly ShownRun[],
): Configuration {
  const backend = textIn(options, "backend") ?? "unknown";
  const layout = textIn(options, "layout") ?? null;
  return {
    id,
    called: id,
    title: args === undefined ? groupOf(backend, layout) : args.slice(args.indexOf(backend)).join(" "),
    ...(args === undefined ? {} : { command: ["kvlab", ...args].map(shellWord).join(" ") }),
    backend,
    layout,
    group: groupOf(backend, layout),
    options,
    promises: runs[0]?.run.promises ?? null,
    ...measured(runs),
    failures: [],
  };
}

function measured(runs: readonly ShownRun[]) {
  const samples = runs.flatMap(({ run }) => run.figures.get(THROUGHPUT) ?? []);
  return { ...(samples.length === 0 ? {} : { opsPerSec: summarize(samples) }), ...ofRuns(runs) };
}

function ofRuns(runs: readonly ShownRun[]) {
  const documents = runs.map(({ run }) => run);
  return {
    runs,
    loss: {
      process_crash: summarizeLosses(documents, "process_crash"),
      power_loss: summarizeLosses(documents, "power_loss"),
    },
  };
}

function sweepConfigurations({ header, runs, crashes, failures, summary }: SweepSource): Configuration[] {
  const p99Ms = summary?.p99_at_most_ms;
  // Before the first rate, runs are closed loops, which say only where to begin.
  const isByRate = p99Ms !== undefined || runs.some(({ rate_per_sec: ratePerSec }) => ratePerSec !== undefined);
  return header.configurations.map((entry) => {
    const { id, args, command, backend, promises } = entry;
    const isOfThis = ({ configuration }: { configuration: string }) => configuration === id;
    const ofThis = runs.filter(isOfThis);
    const lines = ofThis.map((line) => ({ ...line, trial: trialOf(line, p99Ms) }));
    const own = countingRuns(lines).map(({ round, started_at, run }) => ({
      round,
      ...(Number.isFinite(Date.parse(started_at)) ? { startedAtMs: Date.parse(started_at) } : {}),
      run,
    }));
    const layout = entry.layout ?? null;
    const crash = crashes.findLast((line) => isOfThis(line));
    const found = summary?.configurations.find((one) => one.id === id);
    return {
      id,
      called: calledText(entry),
      title: args.join(" "),
      command: found === undefined ? command : commandOf(entry, found),
      backend,
      layout,
      group: groupOf(backend, layout),
      options: ofThis[0]?.options ?? {},
      promises: promises ?? own[0]?.run.promises ?? null,
      ...(isByRate ? ofRuns(own) : measured(own)),
      ...(found === undefined ? {} : { loss: found.loss, summary: found }),
      ...(crash === undefined || crash.result === null ? {} : { crash: readCrash(crash.result) }),
      failures: [
        ...failures.filter(isOfThis).map(({ reason }) => reason),
        ...(crash?.reason === undefined ? [] : [`kills: ${crash.reason}`]),
      ],
    };
  });
}

function groupOf(backend: string, layout: string | null): string {
  return layout === null ? backend : `${backend}, ${layout}`;
}

/** Sources from several folders or sweeps may use the same name. */
function withUniqueIds(configurations: readonly Configuration[]): Configuration[] {
  const seen = new Map<string, number>();
  return configurations.map((configuration) => {
    const times = (seen.get(configuration.id) ?? 0) + 1;
    seen.set(configuration.id, times);
    const nth = (text: string) => `${text} (${times})`;
    return times === 1
      ? configuration
      : { ...configuration, id: nth(configuration.id), called: nth(configuration.called) };
  });
}

/** Identical machines are shown once. */
function environmentsOf(sources: readonly Source[], names: readonly string[]): Environment[] {
  const byContent = new Map<string, { of: string[]; kvlab: string; machine: Fields }>();
  for (const [at, source] of sources.entries()) {
    for (const { kvlab, machine } of placesOf(source)) {
      const key = JSON.stringify([kvlab, machine]);
      const known = byContent.get(key) ?? { of: [], kvlab, machine };
      known.of.push(names[at] ?? source.path);
      byContent.set(key, known);
    }
  }
  return [...byContent.values()];
}

function placesOf(source: Source): { kvlab: string; machine: Fields }[] {
  switch (source.kind) {
    case "runs":
      return [source.result];
    case "sweep":
      return [source.header];
    case "comparison":
      return [...source.comparison.documents];
    case "crash":
      return [source.crash];
    case "check":
      return [];
  }
}
