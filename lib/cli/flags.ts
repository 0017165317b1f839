/**
 * Room of the flags: the one table that says which flags there are, what they take and what they default to. The parser
 * and the help both read it; a new flag is a new entry, and the option it sets is read in `options.ts`.
 *
 * @module
 */
import { SERIALIZER_NAMES } from "../codec/codec.ts";
import { PATTERN_NAMES } from "../load/pattern.ts";
import { type PersistencePolicy, REPLACE_NAMES, SYNC_NAMES } from "../persist/policy.ts";
import { type Bounds, parseByteSize, parseSeconds, parseWholeNumber, SIZE_UNITS } from "./units.ts";
import { listNames } from "./wording.ts";

/**
 * What a flag belongs to: every run, the file backend only, one command only, or `inspect` and `export`, which read a
 * directory. Which of them each command takes, `commands.ts` says.
 */
export type FlagScope = "run" | "file" | "crash" | "inspect" | "export" | "directory";

/** What every flag has, with a value or without. */
export interface FlagName {
  /** The long name, without its dashes. */
  readonly name: string;
  /** The letter of the short form. */
  readonly short?: string;
  /** What the flag is for, as the help says it. */
  readonly about: string;
  /** What the flag belongs to; without, everything takes it. */
  readonly scope?: FlagScope;
}

/** A flag that takes a value of type `T`. */
export interface Flag<T> extends FlagName {
  readonly scope: FlagScope;
  /** The persistence policy that the flag chooses, if it is one that does; a run has one of these. */
  readonly policy?: PersistencePolicy["kind"];
  /** What stands for the value in the help. */
  readonly placeholder: string;
  /** The values allowed, as errors say it after "must be". */
  readonly allowed: string;
  /** The values allowed, where they are names; a typo is compared with them. */
  readonly choices?: readonly string[];
  /** What the help says of the default, where it has no fixed one to show. */
  readonly defaultNote?: string;
  /** Reads the value; `undefined` when it is not allowed. */
  parse(text: string): T | undefined;
}

/** A flag with a fixed default. */
export interface DefaultedFlag<T> extends Flag<T> {
  /** The default, as a user would write it. */
  readonly defaultText: string;
}

/** The flags without a value. */
export const SWITCHES = {
  forceRead: {
    name: "force-read",
    scope: "directory",
    about: "Read the directory even while a running kvlab has it locked; what it is just writing may look damaged.",
  },
  help: { name: "help", short: "h", about: "Print this help." },
  version: { name: "version", short: "V", about: "Print the version." },
} as const satisfies Record<string, FlagName>;

/** The flags without a value as a list, in the order shown to users. */
export const SWITCH_LIST: readonly FlagName[] = Object.values(SWITCHES);

/** The names of the backends, in the order shown to users. */
export const BACKEND_NAMES = ["memory", "file"] as const;

/** The names of the output formats, in the order shown to users. */
export const FORMAT_NAMES = ["text", "json"] as const;

/** The names of the formats of an export, in the order shown to users. */
export const EXPORT_FORMAT_NAMES = ["json", "cbor"] as const;

const threads = {
  name: "threads",
  short: "t",
  scope: "run",
  placeholder: "N",
  about: "Load workers.",
  defaultNote: "one per logical CPU",
  ...wholeNumber({ min: 1, max: 1024 }),
} satisfies Flag<number>;

const LOAD_TIME_SEC_MAX = 86_400;

/** Its value is in milliseconds. */
const loadTime = {
  name: "load-time-sec",
  scope: "run",
  placeholder: "S",
  about: "How long the load runs, in seconds; fractions allowed.",
  defaultText: "10",
  allowed: `a number of seconds above 0, up to ${LOAD_TIME_SEC_MAX}, such as 10 or 0.5`,
  parse: (text) => parseSeconds(text, { maxMs: LOAD_TIME_SEC_MAX * 1000 }),
} satisfies DefaultedFlag<number>;

const pattern = {
  name: "pattern",
  scope: "run",
  about: "The wait after each operation. consistent: 1–20 µs. bursty: 60–200 ms after 5% of the operations, 10–20 µs " +
    "after the others. unthrottled: none.",
  defaultText: "consistent",
  ...oneOf(PATTERN_NAMES),
} satisfies DefaultedFlag<string>;

const seed = {
  name: "seed",
  scope: "run",
  placeholder: "N",
  about: "Seed of the operations: the same seed gives each thread the same ones.",
  defaultNote: "random, and shown",
  ...wholeNumber({ min: 0, max: 2 ** 32 - 1 }),
} satisfies Flag<number>;

const format = {
  name: "format",
  scope: "run",
  about: "Format of the result on stdout.",
  defaultText: "text",
  ...oneOf(FORMAT_NAMES),
} satisfies DefaultedFlag<string>;

const fileCount = {
  name: "file-count",
  scope: "file",
  placeholder: "N",
  about: "Number of files, one per shard. Required.",
  ...wholeNumber({ min: 1, max: 65_536 }),
} satisfies Flag<number>;

/** Its value is in microseconds. */
const writePeriod = {
  name: "write-period-us",
  scope: "file",
  policy: "synchronous",
  placeholder: "P",
  about: "Synchronous policy: a put writes its shard's file, and blocks, once P µs have passed since the last write.",
  ...wholeNumber({ min: 1, max: 86_400_000_000 }),
} satisfies Flag<number>;

const queueDepth = {
  name: "queue-depth",
  scope: "file",
  policy: "asynchronous",
  placeholder: "N",
  about:
    "Asynchronous policy: a put queues a snapshot of its shard for the file worker, and blocks while N are queued.",
  ...wholeNumber({ min: 1, max: 1_048_576 }),
} satisfies Flag<number>;

/** Its value is in bytes. */
const queueMemory = {
  name: "queue-memory",
  scope: "file",
  placeholder: "SIZE",
  about: `Bound on the bytes of queued snapshots, with --queue-depth. Units: ${listNames(SIZE_UNITS)}; without, bytes.`,
  defaultText: "256MiB",
  allowed: `a size from 4KiB to 8GiB in ${listNames(SIZE_UNITS)}, such as 256MiB`,
  parse: (text) => parseByteSize(text, { min: 4 * 2 ** 10, max: 8 * 2 ** 30 }),
} satisfies DefaultedFlag<number>;

/** Its value is in microseconds. */
const flushPeriod = {
  name: "flush-period-us",
  scope: "file",
  policy: "periodic",
  placeholder: "P",
  about: "Periodic policy: a put touches memory only; every P µs the file worker writes each shard that has changed.",
  ...wholeNumber({ min: 1, max: 86_400_000_000 }),
} satisfies Flag<number>;

const replace = {
  name: "replace",
  scope: "file",
  about:
    "How a snapshot replaces the one before. rename: a temporary file, renamed over it. alternate: two files per " +
    "shard, kept open and overwritten in turn. in-place: the one file, kept open and overwritten; a crash may tear it.",
  defaultText: "rename",
  ...oneOf(REPLACE_NAMES),
} satisfies DefaultedFlag<string>;

const sync = {
  name: "sync",
  scope: "file",
  about: "What is synced to the device before a snapshot counts as durable. data: the file (fdatasync). full: its " +
    "directory too (fsync).",
  defaultText: "none",
  ...oneOf(SYNC_NAMES),
} satisfies DefaultedFlag<string>;

const serializer = {
  name: "serializer",
  scope: "file",
  about: "Format of the files.",
  defaultText: "json",
  ...oneOf(SERIALIZER_NAMES),
} satisfies DefaultedFlag<string>;

const output = {
  name: "output",
  scope: "file",
  placeholder: "DIR",
  about: "Directory of the files; what it holds is loaded first.",
  defaultNote: "a temporary one, removed at the end",
  allowed: "a directory",
  parse: (text) => text,
} satisfies Flag<string>;

const kills = {
  name: "kills",
  scope: "crash",
  placeholder: "N",
  about: "How often a child is killed, each time at a random moment: --load-time-sec, by default 1, is the latest.",
  defaultText: "20",
  ...wholeNumber({ min: 1, max: 1_000_000 }),
} satisfies DefaultedFlag<number>;

const inspectFormat = {
  name: "format",
  scope: "inspect",
  about: "Of inspect: format of the report on stdout.",
  defaultText: "text",
  ...oneOf(FORMAT_NAMES),
} satisfies DefaultedFlag<string>;

const exportFormat = {
  name: "format",
  scope: "export",
  about: "Of export: format of the document on stdout.",
  defaultText: "json",
  ...oneOf(EXPORT_FORMAT_NAMES),
} satisfies DefaultedFlag<string>;

/** The flags with a value, in the order shown to users. No command takes two of the same name. */
export const FLAGS = {
  threads,
  loadTime,
  pattern,
  seed,
  format,
  fileCount,
  writePeriod,
  queueDepth,
  queueMemory,
  flushPeriod,
  replace,
  sync,
  serializer,
  output,
  kills,
  inspectFormat,
  exportFormat,
} as const;

/** The flags with a value as a list, in the order shown to users. */
export const FLAG_LIST: readonly Flag<unknown>[] = Object.values(FLAGS);

function wholeNumber(bounds: Bounds) {
  return {
    allowed: `a whole number from ${bounds.min} to ${bounds.max}`,
    parse: (text: string) => parseWholeNumber(text, bounds),
  };
}

function oneOf<Name extends string>(names: readonly Name[]) {
  return {
    placeholder: names.join("|"),
    allowed: listNames(names),
    choices: names,
    parse: (text: string): Name | undefined => names.find((name) => name === text),
  };
}
