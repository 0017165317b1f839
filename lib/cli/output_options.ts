/**
 * Turns the output's flags into options: where a run's figures go.
 *
 * @module
 */
import type { RawArguments } from "./arguments.ts";
import { read } from "./flag_values.ts";
import { FLAGS, SWITCHES } from "./flags.ts";
import type { FlagName } from "./flags/flag.ts";
import { UsageError } from "./usage_error.ts";
import { quote } from "./wording.ts";

/** The values of the output's flags. */
export type OutputValues = ReturnType<typeof readOutputValues>;

/** Where a run's figures go. */
export interface OutputOptions {
  /** Format of the result on stdout. */
  readonly format: "text" | "json" | "csv";
  /** Whether stderr gets nothing but warnings and errors. */
  readonly quiet: boolean;
  /** File for the result as JSON. */
  readonly resultFile?: string;
  /** File for the series as CSV. */
  readonly seriesFile?: string;
  /** Beginning of the names of the histograms' files. */
  readonly histogramsPrefix?: string;
}

/** Reads the values of the output's flags. */
export function readOutputValues(raw: RawArguments) {
  return {
    format: read(raw, FLAGS.format),
    resultFile: read(raw, FLAGS.resultFile),
    seriesFile: read(raw, FLAGS.seriesFile),
    histogramsPrefix: read(raw, FLAGS.histogramsPrefix),
    quiet: isQuiet(raw),
  };
}

/** Whether stderr gets nothing but warnings and errors. */
export function isQuiet({ given }: RawArguments): boolean {
  return given.has(SWITCHES.quiet.name);
}

/**
 * @param values the flags' values
 * @param run how often the run is done, and whether it times operations
 * @throws {UsageError} when the run does not have what a file is to hold, or two outputs would be one file
 */
export function outputOptions(
  values: OutputValues,
  run: { readonly repeat: number; readonly latencySample?: number },
): OutputOptions {
  const { format, quiet, resultFile, seriesFile, histogramsPrefix } = values;
  if (seriesFile !== undefined) refuseRepeats(FLAGS.seriesFile, run.repeat);
  if (histogramsPrefix !== undefined) {
    refuseRepeats(FLAGS.histogramsPrefix, run.repeat);
    if (run.latencySample === undefined) {
      throw new UsageError("--histograms needs operations that are timed, got --latency-sample=0");
    }
  }
  if (resultFile !== undefined && resultFile === seriesFile) {
    throw new UsageError(`--result and --series must be two files, got ${quote(resultFile)} for both`);
  }
  return {
    format,
    quiet,
    ...(resultFile === undefined ? {} : { resultFile }),
    ...(seriesFile === undefined ? {} : { seriesFile }),
    ...(histogramsPrefix === undefined ? {} : { histogramsPrefix }),
  };
}

function refuseRepeats({ name }: FlagName, repeat: number): void {
  if (repeat === 1) return;
  throw new UsageError(`--${name} is of one run, got --repeat=${repeat}: leave one of them out`);
}
