/**
 * The output's flags: where a run's figures go, and in which format.
 *
 * @module
 */
import { oneOf, path } from "../../option/kinds.ts";
import { type DefaultedFlag, type Flag, type FlagName, REPORT_FORMAT_NAMES } from "../../result/option/flag.ts";

/** The formats of a run's result, in the order shown to users. */
export const RUN_FORMAT_NAMES = [...REPORT_FORMAT_NAMES, "csv"] as const;

/** The output's flags, in the order shown to users. */
export const OUTPUT_FLAGS = {
  format: {
    name: "format",
    scope: "output",
    about: "Format of the result on stdout. csv: a row for each run.",
    defaultText: "text",
    ...oneOf(RUN_FORMAT_NAMES),
  },
  resultFile: {
    name: "result",
    scope: "output",
    placeholder: "FILE.json",
    about: "Also write the result to a file as JSON, for kvlab compare.",
    defaultNote: "no file",
    ...path("a file"),
  },
  seriesFile: {
    name: "series",
    scope: "output",
    placeholder: "FILE.csv",
    about: "Write the series to a file as CSV, a row for each --interval.",
    defaultNote: "no file",
    ...path("a file"),
  },
  reportFile: {
    name: "report",
    scope: "page",
    placeholder: "FILE.html",
    about: "Also write the result to a file as an HTML page with charts, like kvlab report.",
    defaultNote: "no file",
    ...path("a file"),
  },
  histogramsPrefix: {
    name: "histograms",
    scope: "output",
    placeholder: "PREFIX",
    about: "Write the latencies as HdrHistogram files: one for each kind of operation, such as PREFIX-read.hgrm, and " +
      "all of them in PREFIX.hlog.",
    defaultNote: "no files",
    ...path("a prefix of file names"),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** The output's switches, in the order shown to users. */
export const OUTPUT_SWITCHES = {
  quiet: {
    name: "quiet",
    scope: "progress",
    about: "Print only warnings and errors on stderr.",
  },
} as const satisfies Record<string, FlagName>;
