/**
 * The sweep command: runs many configurations under one load, and tells which is the fastest for what a crash may cost.
 *
 * Each run is a separate kvlab process, started with exactly the command line that the result shows. So a run measures
 * what a user would measure with that command, whatever ran before it: no other engine leaves anything in memory, and
 * an engine that brings the process down becomes a row with a reason. The price is about 0.4 s per start.
 *
 * @module
 */
import type { SweepCommand } from "./command.ts";
import { readPlan, refuseInLoad } from "./sweep_options.ts";
import { type SweepSpace, sweepSpace } from "./sweep_space.ts";
import { UsageError } from "../option/wording.ts";
import { formatCount } from "../result/format.ts";
import { readMachine } from "../result/machine.ts";
import { MAP_COLUMNS_MIN, sweepMap } from "../report/sweep_map.ts";
import {
  calledIn,
  durationText,
  sweepJson,
  sweepProgressLine,
  type SweepReport,
  sweepText,
} from "../report/sweep_text.ts";
import type { StopSignal } from "../run/run_result.ts";
import { rateText, speedOf, WHEN } from "../sweep/answer.ts";
import type { SummaryLine, SweepLine } from "../sweep/lines.ts";
import { SweepResults } from "../sweep/results.ts";
import type { SweepFile } from "../sweep/results_file.ts";
import { spaceOf, summarizeSweep } from "../sweep/summary.ts";
import { sweep, type SweepParts } from "../sweep/sweep.ts";
import { EXIT_FAILURE, EXIT_SIGNALS, stopOnSignals } from "./exit.ts";
import { checkOutputFiles, deliverReport } from "./output_file.ts";
import { StatusText } from "./progress_line.ts";
import { configurationId, namesOf, openSweep, type PlannedSweep, sweepHeader } from "./sweep_file.ts";
import { killsMs, runLimitMs, runMs, sweepHands } from "./sweep_hands.ts";
import { refuseWithoutDisk } from "../disk/file_system.ts";
import { print, STDOUT, warn } from "./terminal.ts";
import { readTrace } from "./store_check.ts";
import { promisesOf } from "../backend/backends.ts";
import type { CrashKind } from "../result/run_document.ts";
import { given } from "../option/given.ts";

/** Number of rows of the map. */
const MAP_ROWS = 14;

/**
 * Runs the command and returns the exit code. Answers from what has been measured even if it is interrupted.
 *
 * @throws {UsageError} when the groups are invalid, the budget is too small, or --resume would continue a different
 * sweep
 * @throws {PersistError} when a file cannot be read or written
 */
export async function sweepCommand(command: SweepCommand): Promise<number> {
  const planned = await planSweep(command);
  refuseSmallBudget(command, planned);
  if (command.dryRun) {
    print(dryRunText(command, planned));
    return 0;
  }
  if (command.cut === "power" && command.kills > 0) refuseWithoutDisk("ext4");
  const stop = stopOnSignals();
  checkReportFile(command);
  const header = await sweepHeader(planned, readMachine());
  const { file, header: kept, lines } = openSweep(command, header);
  let isDelivered = true;
  let report: SweepReport;
  try {
    for (const text of startTexts(command, planned, lines.length)) if (!command.quiet) warn(`kvlab: ${text}`);
    const swept = await runSweep(command, { planned, header: kept, file, lines, stop });
    report = swept;
    show(command, report);
    if (command.reportFile !== undefined) isDelivered = await deliverReport(command.reportFile, swept.document);
    if (stop.aborted && command.resultsFile !== undefined) {
      warn(`kvlab: the same command with --resume continues ${command.resultsFile}`);
    }
  } finally {
    file?.close();
  }
  if (!isDelivered) return EXIT_FAILURE;
  if (stop.aborted) return EXIT_SIGNALS[stop.reason as StopSignal];
  // The others' figures are there, but not all that was asked for.
  return report.summary.configurations.some(({ state }) => state === "failed") ? EXIT_FAILURE : 0;
}

/** @throws {UsageError} when the report would take the place of the results or of the plan */
function checkReportFile({ reportFile, resultsFile, planFile }: SweepCommand): void {
  if (reportFile === undefined) return;
  checkOutputFiles([{ flag: "--report", path: reportFile }], [
    ...(resultsFile === undefined ? [] : [{ flag: "--results", path: resultsFile }]),
    ...(planFile === undefined ? [] : [{ flag: "--plan", path: planFile }]),
  ]);
}

/** The configurations that the command asks for. */
async function planSweep(command: SweepCommand): Promise<PlannedSweep> {
  const { load, groups, defaults, p99Ms, isByPromise, axis, yes, planFile } = command;
  const plan = planFile === undefined ? undefined : readPlan(planFile);
  const allLoad = new Map([...plan?.load ?? [], ...load]);
  refuseInLoad(allLoad, p99Ms);
  const isByRate = p99Ms !== undefined;
  const all = sweepSpace({ load: allLoad, groups: plan?.groups ?? groups, defaults, isByRate, isByPromise, yes });
  const space = isByPromise ? await whatPromises(axis.crash, all) : all;
  const [first] = space.configurations;
  if (first === undefined) throw new UsageError("the groups contain no configuration");
  // Each run reads it itself; here it is only looked at before anything starts.
  const { workload } = await readTrace(first.options, { isForCrash: false });
  for (const { options } of space.configurations) await readTrace({ ...options, workload }, { isForCrash: false });
  return { ...space, seed: first.options.seed };
}

/** Only the configurations that promise to lose nothing in that kind of crash. */
async function whatPromises(crash: CrashKind, space: SweepSpace): Promise<SweepSpace> {
  const promised = await Promise.all(space.configurations.map(async (one) => {
    const { processCrash, powerLoss } = await promisesOf(one.options.backend, one.options.threads);
    return { one, loss: crash === "power_loss" ? powerLoss : processCrash };
  }));
  const configurations = promised.filter(({ loss }) => loss.writesMax === 0).map(({ one }) => one);
  if (configurations.length === 0) {
    throw new UsageError(`nothing that the groups contain promises to lose nothing ${WHEN[crash]}`);
  }
  const leftOut = promised.filter(({ loss }) => loss.writesMax !== 0)
    .map(({ one: { args }, loss }) => ({ args, reason: `${WHEN[crash]}, it may lose ${loss.text}` }));
  return { ...space, configurations, leftOut: [...space.leftOut, ...leftOut] };
}

function roundMs({ configurations }: PlannedSweep): number {
  return configurations.reduce((sum, { options }) => sum + runMs(options), 0);
}

/** How many rounds it takes at least to say anything of a rate. */
const RATE_ROUNDS_MIN = 4;

function refuseSmallBudget({ budgetMs, p99Ms }: SweepCommand, planned: PlannedSweep): void {
  const rounds = p99Ms === undefined ? 1 : RATE_ROUNDS_MIN;
  const neededMs = rounds * roundMs(planned);
  if (neededMs <= budgetMs) return;
  const [what, take] = rounds === 1 ? ["one round", "takes"] : [`${rounds} rounds`, "take"];
  const all = `${what} of ${formatCount(planned.configurations.length, "configuration")}`;
  throw new UsageError(
    `--budget=${budgetMs / 1000}s is too short for ${all}, which ${take} about ${durationText(neededMs)}`,
  );
}

function startTexts(
  { budgetMs, kills, axis, limit, isByPromise }: SweepCommand,
  planned: PlannedSweep,
  done: number,
): string[] {
  const { configurations, leftOut } = planned;
  const [reason] = leftOut;
  return [
    `sweep of ${formatCount(configurations.length, "configuration")}, at most ${
      durationText(budgetMs)
    }, a round takes about ` +
    `${durationText(roundMs(planned))}, ${formatCount(kills, "kill")} of each${isByPromise ? "" : " on the frontier"}`,
    ...(reason === undefined ? [] : [
      `left out ${leftOutText(planned, isByPromise)}, such as ${reason.args.join(" ")}: ${reason.reason}`,
    ]),
    // A time would have a unit, which is easily forgotten.
    ...(limit === undefined || axis.unit !== "writes" || isByPromise
      ? []
      : [`--lose-at-most=${limit} counts acknowledged writes; a time has a unit, such as ${limit || 10}ms`]),
    ...(done === 0 ? [] : [`going on after ${done} lines of results`]),
  ];
}

/** How many combinations are left out; by promise, also those that promise too little. */
function leftOutText({ leftOut }: PlannedSweep, isByPromise: boolean): string {
  return formatCount(leftOut.length, isByPromise ? "combination" : "invalid combination");
}

function dryRunText(command: SweepCommand, planned: PlannedSweep): string {
  const { configurations, loadArgs, leftOut } = planned;
  const names = namesOf(configurations);
  const lines = [
    `load: ${loadArgs.join(" ")}`,
    ...configurations.map(({ args }, index) => `${names[index]} (${configurationId(index)}): ${args.join(" ")}`),
    ...leftOut.map(({ args, reason }) => `left out: ${args.join(" ")}: ${reason}`),
    `${formatCount(configurations.length, "configuration")}, ${
      leftOutText(planned, command.isByPromise)
    } left out; a round takes about ${durationText(roundMs(planned))}, all of it at most ${
      durationText(command.budgetMs)
    }`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

async function runSweep(
  command: SweepCommand,
  { planned, header, file, lines, stop }: {
    planned: PlannedSweep;
    header: SweepReport["header"];
    file: SweepFile | undefined;
    lines: readonly SweepLine[];
    stop: AbortSignal;
  },
): Promise<SweepReport & { readonly document: string }> {
  const { axis, limit, isByPromise, p99Ms, kills, cut, budgetMs, quiet } = command;
  const entries = header.configurations;
  const question = { axis, limit, isByPromise, ...given({ p99Ms }) };
  const space = spaceOf(entries, header.seed, question);
  const results = new SweepResults(lines);
  const options = new Map(entries.map(({ id }, index) => [id, planned.configurations[index]!.options]));
  const estimateMs: SweepParts["estimateMs"] = ({ id }) => runMs(options.get(id)!);
  const kept: SweepLine[] = [...lines];
  const status = new StatusText({ quiet });
  const called = calledIn(header);
  const bestText = () => {
    const { configurations } = summarizeSweep({ entries, space, question, results, ended: "interrupted" });
    const found = bestOf(configurations, space.limits, axis);
    return found && `${called(found.id)}: ${rateText(found)}`;
  };
  const summary = await sweep({
    entries,
    space,
    question,
    results,
    budgetMs,
    kills,
    estimateMs,
    killsMs: ({ id }, lateMs) => killsMs(options.get(id)!, { kills, cut, lateMs }),
    hands: sweepHands(planned, {
      kills,
      cut,
      stop,
      limitMs: ({ id }) => runLimitMs(options.get(id)!, budgetMs),
      onWarning: (message) => warn(`kvlab: warning: ${message}`),
    }),
    keep: (line) => {
      kept.push(line);
      file?.append(line);
      if (line.kind === "failure") warn(`kvlab: ${called(line.configuration)} failed: ${line.reason}`);
      if (line.kind === "crash" && line.result === null) {
        warn(`kvlab: no kills of ${called(line.configuration)}: ${line.reason}`);
      }
    },
    stop,
    onProgress: (progress) => {
      if (status.isShown) status.draw(sweepProgressLine(progress, bestText(), status.columns()));
    },
  });
  status.clear();
  const document = [header, ...kept].map((line) => `${JSON.stringify(line)}\n`).join("");
  const toKill = isByPromise
    ? summary.configurations.filter(({ runs }) => runs > 0).map(({ id }) => id)
    : summary.frontier;
  const notKilled = kills === 0 ? [] : toKill
    .filter((id) => results.crash(id) === undefined)
    .filter((id) => entries.find((entry) => entry.id === id)?.backend !== "memory");
  return { header, summary, axis, notKilled, document };
}

/** The fastest configuration within the strictest limit that any meets. */
function bestOf(
  configurations: SummaryLine["configurations"],
  limits: readonly number[],
  { crash, unit }: SweepReport["axis"],
) {
  const onFrontier = configurations.filter((one) => one.state === "frontier" && speedOf(one) !== null);
  for (const limit of [...limits].reverse()) {
    const within = onFrontier.filter(({ loss }) => typeof loss[crash][unit] === "number" && loss[crash][unit] <= limit);
    const [fastest] = within.toSorted((a, b) => (speedOf(b) ?? 0) - (speedOf(a) ?? 0));
    if (fastest !== undefined) return fastest;
  }
  return undefined;
}

function show({ format }: SweepCommand, report: SweepReport): void {
  if (format === "json") {
    print(sweepJson(report));
    return;
  }
  print(sweepText(report));
  if (!STDOUT.isTerminal() || STDOUT.columns() < MAP_COLUMNS_MIN) return;
  const map = sweepMap(report, { columns: Math.min(STDOUT.columns(), 120), rows: MAP_ROWS });
  print(["", ...map].map((line) => `${line}\n`).join(""));
}
