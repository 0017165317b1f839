/**
 * Room of the help: the text of `--help`, made of the table of flags. Pure; the entry prints it.
 *
 * @module
 */
import { type DefaultedFlag, type Flag, FLAG_LIST, type FlagName, type FlagScope, SWITCH_LIST } from "./flags.ts";

/** The widest line, in columns. */
const WIDTH = 100;
/** The column at which the descriptions of flags start. */
const ABOUT_COLUMN = 26;

const INTRODUCTION = `\
kvlab answers one question for whoever designs a key-value store: how much speed does each degree of
risk buy? It runs one load against one store, under the persistence policy you pick, and reports the
throughput.

Usage:
  kvlab [options] memory
  kvlab [options] file [options]

Backends:
  memory  The store in shared memory alone: the baseline.
  file    The same store, persisted in one file per shard, under one policy: synchronous
          (--write-period-us) or asynchronous (--queue-depth).

Flags go before or after the backend's name, as --flag=value or --flag value.`;

const EXAMPLES = [
  {
    about: "The default load on a machine with 4 processors, written to 120 files of JSON by a queue:",
    args: "--threads=4 --load-time-sec=10 file --file-count=120 --queue-depth 1024 --serializer=json",
  },
  { about: "The baseline, without files:", args: "--threads=4 --load-time-sec=10 memory" },
  {
    about: "Tolerant to a few milliseconds of data loss:",
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
];

const EXIT_CODES = `\
Exit codes:
  0 done, 1 the run failed, 2 the command line is wrong, 130 or 143 interrupted or terminated.`;

/** The text of `--help`, in lines of at most 100 columns, without a line feed at the end. */
export function helpText(): string {
  const examples = EXAMPLES.map(({ about, args }) => `  ${about}\n    kvlab ${args}`);
  return [
    INTRODUCTION,
    section("Options:", flagsOf("run")),
    section("Options of the file backend:", flagsOf("file")),
    section("Other options:", SWITCH_LIST.map((flag) => entry(flag, flag.about))),
    section("Examples:", examples),
    EXIT_CODES,
  ].join("\n\n");
}

function section(title: string, entries: readonly string[]): string {
  return [title, ...entries].join("\n");
}

function flagsOf(scope: FlagScope): string[] {
  return FLAG_LIST.filter((flag) => flag.scope === scope).map((flag) => entry(flag, about(flag), flag.placeholder));
}

function about(flag: Flag<unknown> & Partial<DefaultedFlag<unknown>>): string {
  const standard = flag.defaultText ?? flag.defaultNote;
  return standard === undefined ? flag.about : `${flag.about} Default: ${standard}.`;
}

function entry({ name, short }: FlagName, about: string, placeholder?: string): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  const head = `  ${letter}--${name}${placeholder === undefined ? "" : `=${placeholder}`}`;
  const lines = wrap(about, WIDTH - ABOUT_COLUMN).map((line) => " ".repeat(ABOUT_COLUMN) + line);
  // A head that reaches into the description's column has the line to itself.
  if (head.length > ABOUT_COLUMN - 2) return [head, ...lines].join("\n");
  return head + lines.join("\n").slice(head.length);
}

/** The text in lines of at most `width` characters, broken at spaces. */
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
