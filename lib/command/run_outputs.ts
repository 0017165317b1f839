/**
 * Delivers the results of runs: to stdout first, then to each file. A failure does not keep the other outputs from
 * being tried.
 *
 * @module
 */
import type { RunCommand } from "./command.ts";
import { resultsCsv, seriesCsv } from "../result/result_csv.ts";
import type { HistogramInterval } from "../report/histograms.ts";
import { repeatsJson, resultJson } from "../result/result_document.ts";
import { readMachine } from "../result/machine.ts";
import { repeatsText } from "../report/repeats_text.ts";
import { seriesChart } from "../report/series_chart.ts";
import { summaryText } from "../report/result_text.ts";
import { TEXT_WIDTH } from "../report/text_layout.ts";
import type { RunResult, SeriesRow } from "../run/run_result.ts";
import { errorLine } from "./exit.ts";
import { deliverReport, type NamedFile, writeOutputFile } from "./output_file.ts";
import { print, STDOUT, stdoutStyle, warn } from "./terminal.ts";
import { OPERATION_NAMES } from "../load/operation.ts";

/** A finished run, and when it ran. */
export interface TimedRun {
  readonly result: RunResult;
  readonly interval: HistogramInterval;
}

/** The files that a command writes. */
export function outputFiles({ resultFile, reportFile, seriesFile, histogramsPrefix }: RunCommand): NamedFile[] {
  const histograms = histogramsPrefix === undefined ? [] : histogramPaths(histogramsPrefix);
  const files = [
    ...histograms.map((path) => ({ flag: "--histograms", path })),
    { flag: "--result", path: resultFile },
    { flag: "--report", path: reportFile },
    { flag: "--series", path: seriesFile },
  ];
  return files.flatMap(({ flag, path }) => path === undefined ? [] : [{ flag, path }]);
}

/**
 * Prints and writes what runs have measured. If an output cannot be written, says why on stderr.
 *
 * @param runs at least one
 * @returns whether all outputs were written
 */
export async function deliver(command: RunCommand, runs: readonly TimedRun[]): Promise<boolean> {
  const isMainWritten = deliverMain(command, runs);
  const areHistogramsWritten = await deliverHistograms(command, runs);
  const { reportFile, repeat } = command;
  const results = runs.map(({ result }) => result);
  const isReportWritten = reportFile === undefined ||
    await deliverReport(reportFile, documentOf(results, { format: "json", repeat }));
  return isMainWritten && areHistogramsWritten && isReportWritten;
}

/** Delivers what runs have measured, if anything, when the process is about to exit; waits for nothing. */
export function deliverAtOnce(command: RunCommand, runs: readonly TimedRun[]): void {
  if (runs.length > 0) deliverMain(command, runs);
}

/** Delivers the result, and the files that hold parts of it. */
function deliverMain(command: RunCommand, runs: readonly TimedRun[]): boolean {
  const { repeat, format, resultFile, seriesFile } = command;
  const results = runs.map(({ result }) => result);
  if (runs.length < repeat) warn(`kvlab: the result covers ${runs.length} of ${repeat} runs`);
  const isPrinted = attempt(() => {
    print(documentOf(results, { format, repeat }));
    if (format === "text" && repeat === 1 && STDOUT.isTerminal()) printChart(results[0]?.series ?? []);
  });
  const isResultWritten = resultFile === undefined ||
    attempt(() => writeOutputFile(resultFile, documentOf(results, { format: "json", repeat })));
  const isSeriesWritten = seriesFile === undefined ||
    attempt(() => writeOutputFile(seriesFile, seriesCsv(results[0]?.series ?? [])));
  return isPrinted && isResultWritten && isSeriesWritten;
}

/** Prints the series of a single run, if the terminal has room for it. */
function printChart(series: readonly SeriesRow[]): void {
  const lines = seriesChart(series, Math.min(STDOUT.columns(), TEXT_WIDTH));
  if (lines.length > 0) print(lines.map((line) => `${line}\n`).join(""));
}

async function deliverHistograms({ histogramsPrefix }: RunCommand, runs: readonly TimedRun[]): Promise<boolean> {
  const [run] = runs;
  if (histogramsPrefix === undefined || run === undefined) return true;
  try {
    const files = await histogramFiles(histogramsPrefix, run.result, run.interval);
    return files.map(({ path, text }) => attempt(() => writeOutputFile(path, text))).every((isWritten) => isWritten);
  } catch (error) {
    warn(errorLine(error));
    return false;
  }
}

/** Tries to write an output; if that fails, says why on stderr. */
function attempt(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    warn(errorLine(error));
    return false;
  }
}

/** The results in one of the output formats. */
function documentOf(
  results: readonly RunResult[],
  { format, repeat }: Pick<RunCommand, "format" | "repeat">,
): string {
  const [first] = results;
  const single = repeat === 1 ? first : undefined;
  switch (format) {
    case "csv":
      return resultsCsv(results);
    case "json":
      return single === undefined ? repeatsJson(results, readMachine(), repeat) : resultJson(single, readMachine());
    case "text": {
      const style = stdoutStyle();
      return single === undefined ? repeatsText(results, { asked: repeat, style }) : summaryText(single, style);
    }
  }
}

/** The files that a run may write with this prefix. */
function histogramPaths(prefix: string): string[] {
  return [...OPERATION_NAMES.map((operation) => hgrmPath(prefix, operation)), hlogPath(prefix)];
}

/** A file to write. */
interface OutputText {
  readonly path: string;
  readonly text: string;
}

/**
 * A run's latencies in the formats that HdrHistogram's tools read: one file of percentiles for each kind of operation,
 * and one log with all histograms.
 */
async function histogramFiles(
  prefix: string,
  result: RunResult,
  interval: HistogramInterval,
): Promise<OutputText[]> {
  const { hdrOf, hgrmText, hlogText } = await import("../report/histograms.ts");
  const histograms = result.operations.flatMap(({ operation, latencyCounts }) =>
    latencyCounts === undefined ? [] : [{ name: operation, histogram: hdrOf(latencyCounts) }]
  );
  return [
    ...histograms.map(({ name, histogram }) => ({ path: hgrmPath(prefix, name), text: hgrmText(histogram) })),
    { path: hlogPath(prefix), text: hlogText(histograms, interval) },
  ];
}

function hgrmPath(prefix: string, operation: string): string {
  return `${prefix}-${operation}.hgrm`;
}

function hlogPath(prefix: string): string {
  return `${prefix}.hlog`;
}
