/**
 * Builds the text of `--help` from the tables of commands and flags.
 *
 * @module
 */
import { ENGINE_NAMES, ENGINES } from "../engine/engines.ts";
import { COMMAND_WORDS, COMMANDS, FLAG_LIST, SWITCH_LIST } from "./commands.ts";
import type { DefaultedFlag, Flag, FlagName, FlagScope } from "../result/option/flag.ts";
import { DURATION_UNITS, SIZE_UNITS } from "../option/units.ts";
import { listNames } from "../option/wording.ts";

/** The maximum width of a line, in columns. */
const WIDTH = 100;
/** The column at which flag descriptions start. */
const ABOUT_COLUMN = 26;
/** The column at which descriptions of commands and backends start. */
const NAME_COLUMN = 12;

const INTRODUCTION = `\
kvlab answers one question for an engineer who designs a key-value store: how much speed does each
degree of risk buy? It runs one load against one store, under the persistence policy you pick, and
reports the throughput and what a crash would have lost.`;

/** The backends, of which kvlab's own come first. */
const BACKENDS: Readonly<Record<string, string>> = {
  memory: "The store in shared memory alone: the baseline.",
  file: "The same store, persisted in files of snapshots, blocks or logs, under one policy: synchronous " +
    "(--write-period-us), asynchronous (--queue-depth), periodic (--flush-period-us) or commit (--commit-delay-us).",
  ...Object.fromEntries(ENGINE_NAMES.map((name) => [name, ENGINES[name].about])),
};

const VALUES = `\
Flags go before or after the backend's name, the directory or the files, as --flag=value or
--flag value. Units of a count: k or M, or none. Of a SIZE: ${listNames(SIZE_UNITS)}, or none
for bytes. Of a TIME: ${listNames(DURATION_UNITS)}, always required.`;

const EXAMPLES = [
  {
    about: "The default load on a machine with 4 processors, written to 120 files of JSON by a queue:",
    args: "--threads=4 --load-time-sec=10 file --file-count=120 --queue-depth 1024 --serializer=json",
  },
  { about: "The baseline, without files:", args: "--threads=4 --load-time-sec=10 memory" },
  {
    about: "Tolerant of a few milliseconds of data loss:",
    args: "--threads=4 --load-time-sec=10 file --file-count=128 --queue-depth=8192",
  },
  {
    about: "The same in CBOR:",
    args: "--threads=4 --load-time-sec=10 file --file-count=128 --queue-depth=8192 --serializer=cbor",
  },
  {
    about: "The load threads write the files themselves, each file at most every 500 µs:",
    args: "--threads=4 --load-time-sec=10 file --file-count=128 --write-period-us=500",
  },
  {
    about: "YCSB's workload B on ten million records, as fast as it goes, measured after a warm-up:",
    args: "--workload=b --keys=10M --warmup=2s --pattern=unthrottled memory",
  },
  {
    about: "An open loop: how long operations take when 10,000 start each second, come what may:",
    args: "--workload=a --rate=10k --histograms=latency file --file-count=128 --flush-period-us=50000",
  },
  {
    about: "One's own traffic: the operations of a trace, twice as fast as they came:",
    args: "--replay=trace.csv.gz --replay-speed=2 file --file-count=128 --flush-period-us=50000",
  },
  {
    about: "Five runs, kept for comparison with others:",
    args: "--repeat=5 --result=data.json file --file-count=128 --queue-depth=64 --sync=data",
  },
  {
    about: "What a crash really loses when every changed shard is written every 50 ms:",
    args: "crash --kills=20 --load-time-sec=1 file --file-count=128 --flush-period-us=50000",
  },
  {
    about: "The same on a million preloaded records, in logs:",
    args: "crash --workload=a --keys=1M file --file-count=128 --layout=log --flush-period-us=50000",
  },
  {
    about: "The fastest setting that loses at most 10 ms of writes when the process dies, in three minutes:",
    args: "sweep --budget=3m --lose-at-most=10ms -- file --file-count=16 --flush-period-us=2000,9000",
  },
  {
    about: "The setting that takes the most load and still answers within 5 ms:",
    args: "sweep --budget=5m --p99-at-most=5ms -- memory -- sqlite --synchronous=normal,full",
  },
  { about: "What a directory holds, and whether its files are sound:", args: "inspect DIR" },
  { about: "All its entries as one JSON document:", args: "export DIR" },
  { about: "Results written by --result, side by side:", args: "compare none.json data.json" },
  {
    about: "The same for a nightly job, which is to fail if tonight's result is slower by more than noise:",
    args: "compare main.json tonight.json --fail-if-slower=3% --fail-if-p99-higher=10%",
  },
  { about: "Whether a history that was recorded elsewhere is linearizable:", args: "check history.jsonl" },
  { about: "Results as a page with charts:", args: "report none.json data.json --output=report.html" },
];

const EXIT_CODES = `\
Exit codes:
  0 done; 1 failed; 2 invalid command line; 3 crash found a torn file or more lost than the gauge
  said, inspect found a file damaged or gone, or export one that no other makes up for, or a history
  is not linearizable; 4 compare found a result worse than a limit allows; 129, 130 or 143 ended by
  SIGHUP, SIGINT or SIGTERM.`;

/** The text of `--help`, in lines of at most 100 columns, without a trailing newline. */
export function helpText(): string {
  const examples = EXAMPLES.map(({ about, args }) => `  ${about}\n    kvlab ${args}`);
  return [
    INTRODUCTION,
    section("Usage:", Object.values(COMMANDS).flatMap(({ usage }) => usage.map((form) => `  kvlab ${form}`))),
    section("Commands:", COMMAND_WORDS.map((name) => indented(`  ${name}`, COMMANDS[name].about, NAME_COLUMN))),
    section("Backends:", Object.entries(BACKENDS).map(([name, about]) => indented(`  ${name}`, about, NAME_COLUMN))),
    VALUES,
    section("Load options:", entriesOf("load", "history")),
    section("Workload options:", entriesOf("workload")),
    section("Measurement options:", entriesOf("measurement")),
    section("Output options:", entriesOf("output", "page", "progress")),
    section("File backend options:", entriesOf("file", "device")),
    section("Engine options:", entriesOf("engine")),
    section(
      "Options of crash, besides those of the load, the workload, the backend, --report and --quiet:",
      entriesOf("crash"),
    ),
    section(
      "Options of sweep, besides those of the load, the workload, the measurement, --report and --quiet:",
      entriesOf("sweep"),
    ),
    section(
      "Options of inspect, export, compare, check and report:",
      entriesOf("inspect", "export", "compare", "check", "report", "directory"),
    ),
    section("Other options:", switches((flag) => flag.scope === undefined)),
    section("Examples:", examples),
    EXIT_CODES,
  ].join("\n\n");
}

function section(title: string, entries: readonly string[]): string {
  return [title, ...entries].join("\n");
}

function entriesOf(...scopes: FlagScope[]): string[] {
  const belongs = ({ scope }: FlagName) => scope !== undefined && scopes.includes(scope);
  return [
    ...FLAG_LIST.filter(belongs).map((flag) => entry(flag, about(flag), valueText(flag))),
    ...switches(belongs),
  ];
}

function switches(belongs: (flag: FlagName) => boolean): string[] {
  return SWITCH_LIST.filter(belongs).map((flag) => entry(flag, flag.about));
}

function about(flag: Flag<unknown> & Partial<DefaultedFlag<unknown>>): string {
  const standard = flag.defaultText ?? flag.defaultNote;
  return standard === undefined ? flag.about : `${flag.about} Default: ${standard}.`;
}

function valueText({ placeholder, valueOptional }: Flag<unknown>): string {
  return valueOptional ? `[=${placeholder}]` : `=${placeholder}`;
}

/** @param value what follows the name */
function entry({ name, short }: FlagName, about: string, value = ""): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  const head = `  ${letter}--${name}${value}`;
  return indented(head, about, ABOUT_COLUMN);
}

/** The head, followed by its description starting at the given column. */
function indented(head: string, about: string, column: number): string {
  const lines = wrap(about, WIDTH - column).map((line) => " ".repeat(column) + line);
  // A head too long for its column gets a line of its own.
  if (head.length > column - 2) return [head, ...lines].join("\n");
  return head + lines.join("\n").slice(head.length);
}

/** Breaks the text at spaces into lines of at most `width` characters. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
