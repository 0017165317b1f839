/**
 * Flags of the output, of commands that have few, and of those that read a directory.
 *
 * @module
 */
import { CUT_NAMES } from "../../crash/victim.ts";
import { FILE_SYSTEM_NAMES } from "../../disk/file_system.ts";
import { oneOf, path, percentage, wholeNumber } from "../../option/kinds.ts";
import {
  type DefaultedFlag,
  type Flag,
  type FlagName,
  REPORT_FORMAT_NAMES,
  reportFormat,
} from "../../result/option/flag.ts";

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

/** The export formats, in the order shown to users. */
const EXPORT_FORMAT_NAMES = ["json", "cbor"] as const;

/** The commands' own flags, in the order shown to users. */
export const COMMAND_FLAGS = {
  kills: {
    name: "kills",
    scope: "crash",
    placeholder: "N",
    about: "How often to kill a child, each time at a random moment within --load-time-sec (by default 1).",
    defaultText: "20",
    ...wholeNumber({ min: 1, max: 1_000_000 }),
  },
  cut: {
    name: "cut",
    scope: "crash",
    about: "What fails. process: the child is killed. power: the power is cut under its files, which are put on a " +
      "disk of their own, and the states are tried that this may leave; Linux and root only. none: each child ends " +
      "by itself or by SIGTERM, and must have lost nothing.",
    defaultText: "process",
    ...oneOf(CUT_NAMES),
  },
  states: {
    name: "states",
    scope: "crash",
    placeholder: "N",
    about:
      "--cut=power: how many states to try of each cut. Of what was not flushed, a disk may have kept any part, in " +
      "any order, torn between its sectors.",
    defaultText: "20",
    ...wholeNumber({ min: 1, max: 1_000_000 }),
  },
  fileSystem: {
    name: "filesystem",
    scope: "crash",
    about: "--cut=power: the file system on the disk.",
    defaultText: "ext4",
    ...oneOf(FILE_SYSTEM_NAMES),
  },
  mountOptions: {
    name: "mount-options",
    scope: "crash",
    placeholder: "OPTIONS",
    about: "--cut=power: how to mount it, as after mount -o, such as data=journal.",
    defaultNote: "noatime, and commit=1 where there is such an option",
    ...path("mount options"),
  },
  keep: {
    name: "keep",
    scope: "crash",
    placeholder: "DIR",
    about: "--cut=power: a directory for an image of the disk in each state that is found to have lost too much.",
    defaultNote: "none is kept",
    ...path("a directory"),
  },
  crashFormat: reportFormat("crash"),
  inspectFormat: reportFormat("inspect"),
  exportFormat: {
    name: "format",
    scope: "export",
    about: "export: format of the document on stdout.",
    defaultText: "json",
    ...oneOf(EXPORT_FORMAT_NAMES),
  },
  compareFormat: reportFormat("compare"),
  /** As a share of the first's throughput. */
  failIfSlower: {
    name: "fail-if-slower",
    scope: "compare",
    about: "Exit with 4 if a result has fewer operations per second than the first, by more than this and by more " +
      "than noise; with 1 if there are too few repeats to tell, or some failed. Each check stands alone: of 20 " +
      "where nothing has changed, one may fail.",
    defaultNote: "no limit",
    ...percentage({ maxPercent: 100, example: "3%" }),
  },
  /** As a share of the first's latency. */
  failIfP99Higher: {
    name: "fail-if-p99-higher",
    scope: "compare",
    about: "The same if the 99th percentile of an operation's latency is higher than the first's.",
    defaultNote: "no limit",
    ...percentage({ maxPercent: 10_000, example: "10%" }),
  },
  checkFormat: reportFormat("check"),
  reportOutput: {
    name: "output",
    scope: "report",
    placeholder: "FILE.html",
    about: "report: the file to write.",
    defaultText: "report.html",
    ...path("a file"),
  },
  reportMap: {
    name: "map",
    scope: "report",
    placeholder: "FILE.svg",
    about: "Also write the map, throughput over what a crash loses, as a file of its own.",
    defaultNote: "no file",
    ...path("a file"),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** The commands' own switches, in the order shown to users. */
export const COMMAND_SWITCHES = {
  forceRead: {
    name: "force-read",
    scope: "directory",
    about: "Read the directory even while a running kvlab has it locked; what is being written may look damaged.",
  },
} as const satisfies Record<string, FlagName>;
