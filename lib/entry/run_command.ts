/**
 * Room of the run command: runs a load as often as asked, shows how far it is, and puts the results where they are to go.
 *
 * @module
 */
import type { RunCommand } from "../cli/options.ts";
import { configurationLine } from "../report/configuration.ts";
import { resultsCsv } from "../report/csv.ts";
import { resultJson } from "../report/json.ts";
import { type Machine, readMachine } from "../report/machine.ts";
import { repeatsJson, repeatsText } from "../report/repeats.ts";
import { seriesCsv } from "../report/series_csv.ts";
import { summaryText } from "../report/summary.ts";
import type { RunHooks } from "../run/hooks.ts";
import { type RunResult, totals } from "../run/result.ts";
import { run } from "../run/runner.ts";
import { VERSION } from "../version.ts";
import { histogramPaths, writeHistograms } from "./histogram_files.ts";
import { checkOutputFile, writeOutputFile } from "./output_file.ts";
import { ProgressLine } from "./progress_line.ts";
import { EXIT_SIGNALS, stopOnSignals } from "./signals.ts";
import { print, warn } from "./terminal.ts";

/**
 * Does what the command says, and returns the exit code.
 *
 * @throws {Error} the first failure; what earlier runs of a repeat have measured is lost
 */
export async function runCommand(command: RunCommand): Promise<number> {
  const { options, repeat, format, quiet } = command;
  // Before the first line, so that whoever has read that may rely on an orderly end.
  const stop = stopOnSignals();
  for (const path of outputPaths(command)) checkOutputFile(path);
  if (!quiet) warn(configurationLine(options, VERSION));
  const results: RunResult[] = [];
  for (let number = 1; number <= repeat && !stop.aborted; number++) {
    const startedAtMs = Date.now();
    const result = await run(options, runHooks(command, { number, stop }));
    results.push(result);
    if (repeat > 1 && !quiet) warn(`kvlab: run ${number} of ${repeat}: ${rateText(result)}`);
    if (command.histogramsPrefix !== undefined) {
      await writeHistograms(command.histogramsPrefix, result, { startMs: startedAtMs, endMs: Date.now() });
    }
  }
  const [first] = results;
  if (first === undefined) return EXIT_SIGNALS[stop.reason as keyof typeof EXIT_SIGNALS];
  const machine = readMachine();
  if (command.resultFile !== undefined) writeOutputFile(command.resultFile, document(results, machine));
  if (command.seriesFile !== undefined) writeOutputFile(command.seriesFile, seriesCsv(first.series ?? []));
  print(format === "json" ? document(results, machine) : format === "csv" ? resultsCsv(results) : text(results));
  const stoppedBy = results.at(-1)?.stoppedBy;
  return stoppedBy === undefined ? 0 : EXIT_SIGNALS[stoppedBy];
}

function outputPaths({ resultFile, seriesFile, histogramsPrefix }: RunCommand): string[] {
  const paths = histogramsPrefix === undefined ? [] : histogramPaths(histogramsPrefix);
  return [...paths, resultFile, seriesFile].filter((path) => path !== undefined);
}

function runHooks({ repeat, quiet }: RunCommand, { number, stop }: { number: number; stop: AbortSignal }): RunHooks {
  const line = new ProgressLine({ quiet });
  const which = repeat === 1 ? {} : { run: { number, runs: repeat } };
  return {
    stop,
    onSetAside: ({ path, backupPath, reason }) => warn(`kvlab: set aside ${path} as ${backupPath}: ${reason}`),
    onWarning: (message) => warn(`kvlab: warning: ${message}`),
    ...(quiet ? {} : { onProgress: (message) => warn(`kvlab: ${message}`) }),
    ...(line.isShown ? { onReading: (reading) => line.update({ ...reading, ...which }) } : {}),
  };
}

/** The results as one JSON document. */
function document(results: readonly RunResult[], machine: Machine): string {
  const [first] = results;
  return results.length === 1 && first !== undefined ? resultJson(first, machine) : repeatsJson(results, machine);
}

function text(results: readonly RunResult[]): string {
  const [first] = results;
  return results.length === 1 && first !== undefined ? summaryText(first) : repeatsText(results);
}

function rateText({ threads }: RunResult): string {
  return `${Math.round(totals(threads).opsPerSec).toLocaleString("en-US")} ops/s`;
}
