/**
 * Turns the output's flags into options: where a run's figures go.
 *
 * @module
 */
import type { RawArguments } from "./arguments.ts";
import type { ValuesOf } from "./flag_values.ts";
import type { OUTPUT_FLAGS } from "./flags/command_flags.ts";
import { FLAGS, SWITCHES } from "./commands.ts";
import type { FlagName } from "../result/option/flag.ts";
import { quote, UsageError } from "../option/wording.ts";
import { given } from "../option/given.ts";

/** The values of the output's flags. */
export type OutputValues = ValuesOf<typeof OUTPUT_FLAGS>;

/** Where a run's figures go. */
export interface OutputOptions {
  /** Format of the result on stdout. */
  readonly format: "text" | "json" | "csv";
  /** Whether stderr gets only warnings and errors. */
  readonly quiet: boolean;
  /** File for the result as JSON. */
  readonly resultFile?: string;
  /** File for the result as an HTML page. */
  readonly reportFile?: string;
  /** File for the series as CSV. */
  readonly seriesFile?: string;
  /** Prefix of the names of the histogram files. */
  readonly histogramsPrefix?: string;
}

/** Whether stderr gets only warnings and errors. */
export function isQuiet({ given }: RawArguments): boolean {
  return given.has(SWITCHES.quiet.name);
}

/**
 * @param values the flags' values
 * @param run whether the run is quiet, how often it is repeated, and whether it times operations
 * @throws {UsageError} when the run has nothing to write to one of the files, or two outputs name the same file
 */
export function outputOptions(
  values: OutputValues,
  { quiet, ...run }: { readonly quiet: boolean; readonly repeat: number; readonly latencySample?: number },
): OutputOptions {
  const { format, resultFile, reportFile, seriesFile, histogramsPrefix } = values;
  if (seriesFile !== undefined) refuseRepeats(FLAGS.seriesFile, run.repeat);
  if (histogramsPrefix !== undefined) {
    refuseRepeats(FLAGS.histogramsPrefix, run.repeat);
    if (run.latencySample === undefined) {
      throw new UsageError("--histograms needs operations that are timed, got --latency-sample=0");
    }
  }
  refuseSameFile([[FLAGS.resultFile, resultFile], [FLAGS.seriesFile, seriesFile], [FLAGS.reportFile, reportFile]]);
  return {
    format,
    quiet,
    ...given({ resultFile, reportFile, seriesFile, histogramsPrefix }),
  };
}

/** @throws {UsageError} when two flags name the same file */
export function refuseSameFile(files: readonly (readonly [flag: FlagName, path: string | undefined])[]): void {
  for (const [at, [{ name }, path]] of files.entries()) {
    const other = files.slice(at + 1).find(([, otherPath]) => otherPath === path)?.[0];
    if (path === undefined || other === undefined) continue;
    throw new UsageError(`--${name} and --${other.name} must be different files, got ${quote(path)} for both`);
  }
}

function refuseRepeats({ name }: FlagName, repeat: number): void {
  if (repeat === 1) return;
  throw new UsageError(`--${name} holds a single run, got --repeat=${repeat}: leave one of them out`);
}
