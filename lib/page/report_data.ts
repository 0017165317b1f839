/**
 * What a report shows: the configurations with everything measured about them, assembled from the sources.
 *
 * @module
 */
import { type Interval, type SampleSummary, summarize } from "../result/statistics.ts";
import type { ConfigurationSummary, CrashKind, LossSummary, SummaryLine } from "../sweep/lines.ts";
import { commandOf, p99Text, speedOf } from "../sweep/answer.ts";
import { summarizeLosses } from "../sweep/losses.ts";
import { trialOf } from "../sweep/results.ts";
import { countingRuns } from "../sweep/standing.ts";
import { calledText } from "../sweep/names.ts";
import { endingTexts } from "../report/ending_texts.ts";
import { shortNames } from "../report/short_names.ts";
import { argumentsOf, commandText } from "./command_line.ts";
import { comparedRuns } from "./compared_runs.ts";
import { type Fields, fieldsIn, numberIn, textIn } from "./fields.ts";
import type { ComparisonSource, CrashSource, RunsSource, Source, SweepSource } from "./source.ts";

/** One run of a configuration. */
export interface MeasuredRun {
  /** From 1, within the configuration or the sweep. */
  readonly round: number;
  /** In milliseconds since the epoch, if known. */
  readonly startedAtMs?: number;
  /** What `--format=json` printed for it. */
  readonly result: Fields;
}

/** One configuration, and what was measured about it. */
export interface Configuration {
  /** Short and unique in the report. */
  readonly id: string;
  /** What it is called beside its id; the id itself outside of a sweep. */
  readonly called: string;
  /** Its arguments, without those of the load. */
  readonly title: string;
  readonly command: string;
  readonly backend: string;
  readonly layout: string | null;
  /** Backend and layout; configurations of a group share a colour. */
  readonly group: string;
  readonly options: Fields;
  readonly promises: Readonly<Record<CrashKind, string>> | null;
  readonly runs: readonly MeasuredRun[];
  /** Over all runs; absent if none succeeded, or each ran at another rate. */
  readonly opsPerSec?: SampleSummary;
  readonly loss: Readonly<Record<CrashKind, LossSummary>>;
  /** What real kills cost, as `kvlab crash --format=json` prints it. */
  readonly crash?: Fields;
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
  };
}

function configurationsOf(source: Source, name: string): Configuration[] {
  switch (source.kind) {
    case "runs":
      return [runsConfiguration(source, name)];
    case "crash":
      return [crashConfiguration(source, name)];
    case "comparison":
      return comparedRuns(source).map((runs, at, { length }) =>
        runsConfiguration(runs, length === 1 ? name : `${name}: ${shortNames(comparedPaths(source))[at] ?? at + 1}`)
      );
    case "sweep":
      return sweepConfigurations(source);
  }
}

function comparedPaths(source: ComparisonSource): string[] {
  return comparedRuns(source).map(({ path }) => path);
}

function runsConfiguration({ options, seed, runs, ending }: RunsSource, id: string): Configuration {
  const configuration = configurationOf({
    id,
    options,
    seed,
    runs: runs.map((result, at) => ({ round: at + 1, result })),
  });
  return { ...configuration, failures: endingTexts(ending, runs.length).map((text) => `it ${text}`) };
}

function crashConfiguration({ result }: CrashSource, id: string): Configuration {
  const options = fieldsIn(result, "options") ?? {};
  return { ...configurationOf({ id, options, seed: numberIn(result, "seed"), runs: [] }), crash: result };
}

/** What a configuration outside a sweep is made from. */
interface ConfigurationParts {
  readonly id: string;
  readonly options: Fields;
  readonly seed: number | undefined;
  readonly runs: readonly MeasuredRun[];
}

function configurationOf({ id, options, seed, runs }: ConfigurationParts): Configuration {
  const args = argumentsOf(options);
  const load = seed === undefined ? args.load : [...args.load, `--seed=${seed}`];
  const backend = textIn(options, "backend") ?? "unknown";
  const layout = textIn(options, "layout") ?? null;
  return {
    id,
    called: id,
    title: args.backend.join(" "),
    command: commandText({ load, backend: args.backend }),
    backend,
    layout,
    group: groupOf(backend, layout),
    options,
    promises: promisesOf(runs),
    ...measured(runs),
    failures: [],
  };
}

function lossesOf(runs: readonly Fields[]): Configuration["loss"] {
  return {
    process_crash: summarizeLosses(runs, "process_crash"),
    power_loss: summarizeLosses(runs, "power_loss"),
  };
}

/** According to the first run; the others have the same backend. */
function promisesOf([run]: readonly MeasuredRun[]): Configuration["promises"] {
  const promises = fieldsIn(run?.result ?? {}, "promises") ?? {};
  const process_crash = textIn(promises, "process_crash"), power_loss = textIn(promises, "power_loss");
  return process_crash === undefined || power_loss === undefined ? null : { process_crash, power_loss };
}

function measured(runs: readonly MeasuredRun[]) {
  const samples = runs.map(({ result }) => numberIn(result, "total_ops_per_sec")).filter((rate) => rate !== undefined);
  return { ...(samples.length === 0 ? {} : { opsPerSec: summarize(samples) }), ...ofRuns(runs) };
}

function ofRuns(runs: readonly MeasuredRun[]) {
  return { runs, loss: lossesOf(runs.map(({ result }) => result)) };
}

function sweepConfigurations({ header, runs, crashes, failures, summary }: SweepSource): Configuration[] {
  const isByRate = runs.some(({ rate_per_sec: ratePerSec }) => ratePerSec !== undefined);
  return header.configurations.map((entry) => {
    const { id, args, command, backend, promises } = entry;
    const isOfThis = ({ configuration }: { configuration: string }) => configuration === id;
    const lines = runs.filter(isOfThis).map((line) => ({ ...line, trial: trialOf(line, summary?.p99_at_most_ms) }));
    const own = countingRuns(lines).map(({ round, started_at, result }) => ({
      round,
      ...(Number.isFinite(Date.parse(started_at)) ? { startedAtMs: Date.parse(started_at) } : {}),
      result,
    }));
    const layout = entry.layout ?? null;
    const crash = crashes.findLast((line) => isOfThis(line));
    const found = summaryOf(summary, id);
    return {
      id,
      called: calledText(entry),
      title: args.join(" "),
      command: found === undefined ? command : commandOf(entry, found),
      backend,
      layout,
      group: groupOf(backend, layout),
      options: fieldsIn(own[0]?.result ?? {}, "options") ?? {},
      promises: promises ?? promisesOf(own),
      ...(isByRate ? ofRuns(own) : measured(own)),
      ...(found === undefined ? {} : { loss: found.loss, summary: found }),
      ...(crash === undefined || crash.result === null ? {} : { crash: crash.result }),
      failures: [
        ...failures.filter(isOfThis).map(({ reason }) => reason),
        ...(crash?.reason === undefined ? [] : [`kills: ${crash.reason}`]),
      ],
    };
  });
}

function summaryOf(summary: SummaryLine | undefined, id: string): ConfigurationSummary | undefined {
  return summary?.configurations.find((configuration) => configuration.id === id);
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
      return [source];
    case "sweep":
      return [source.header];
    case "comparison":
      return comparedRuns(source);
    case "crash":
      return [{ kvlab: textIn(source.result, "kvlab") ?? "", machine: fieldsIn(source.result, "machine") ?? {} }];
  }
}
