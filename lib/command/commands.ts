/**
 * The tables of commands and of flags: what they are, how they are used, what they take and what they default to. The
 * parser and the help both read them. To add a command, add an entry here and read its options in `parse_command.ts`.
 * To add a flag, add a row to a group: to one of a run's options in `lib/result/option/`, which its results then show,
 * or to a command's in `flags/`. Under its key, its value gets into the options.
 *
 * @module
 */
import { ENGINE_NAMES } from "../engine/engines.ts";
import type { Flag, FlagName, FlagScope } from "../result/option/flag.ts";
import { COMMAND_FLAGS, COMMAND_SWITCHES, OUTPUT_FLAGS, OUTPUT_SWITCHES } from "./flags/command_flags.ts";
import { ENGINE_FLAGS, OWN_FLAGS, REDIS_FLAGS, SERVER_FLAGS } from "../result/option/engine_flags.ts";
import { FILE_FLAGS } from "../result/option/file_flags.ts";
import { LOAD_FLAGS, MEASUREMENT_FLAGS, MEASUREMENT_SWITCHES } from "../result/option/load_flags.ts";
import { REPLAY_FLAGS } from "../result/option/replay_flags.ts";
import { SWEEP_FLAGS, SWEEP_SWITCHES } from "./flags/sweep_flags.ts";
import { WORKLOAD_FLAGS, WORKLOAD_SWITCHES } from "../result/option/workload_flags.ts";

/** The commands, other than help and version. */
export type CommandName = "run" | "crash" | "sweep" | "inspect" | "export" | "compare" | "check" | "report";

/** One command. */
interface CommandEntry {
  /** What error messages call it. */
  readonly called: string;
  /** Its forms, without the program's name. */
  readonly usage: readonly string[];
  /** What it does, as shown in the help. */
  readonly about: string;
  /** The scopes of the flags it takes. */
  readonly scopes: readonly FlagScope[];
}

/** The commands, in the order shown to users. */
export const COMMANDS: Readonly<Record<CommandName, CommandEntry>> = {
  run: {
    called: "a run",
    usage: ["[options] memory", "[options] file [options]", "[options] ENGINE [options]"],
    about: "Without a command: runs the load and reports the throughput and what a crash would have lost.",
    scopes: ["load", "history", "workload", "measurement", "output", "page", "progress", "file", "device", "engine"],
  },
  crash: {
    called: "crash",
    usage: ["crash [--kills=N] [options] file|ENGINE [options]"],
    about:
      "Runs the load in a child process, kills it at a random moment, and compares what is still there with what it " +
      "had acknowledged; again and again. A key that is back though its delete was acknowledged is resurrected.",
    scopes: ["crash", "load", "history", "workload", "page", "progress", "file", "engine"],
  },
  sweep: {
    called: "sweep",
    usage: ["sweep [options]", "sweep [options] -- memory -- file [options] -- …"],
    about:
      "Runs many configurations in turn, and finds the fastest for what a crash may cost. Each group after a -- is a " +
      "backend with its options, whose values may be lists: --sync=none,data tries both. Without groups: a space " +
      "that suits most machines.",
    scopes: ["sweep", "load", "workload", "measurement", "page", "progress"],
  },
  inspect: {
    called: "inspect",
    usage: ["inspect DIR [--format=text|json] [--force-read]"],
    about:
      "Shows how large and how sound each file in a directory is, and what it holds; exits with 3 if one is damaged, " +
      "or gone though DIR/STORE lists it. Changes nothing.",
    scopes: ["inspect", "directory"],
  },
  export: {
    called: "export",
    usage: ["export DIR [--format=json|cbor] [--force-read]"],
    about: "Prints all entries that a run would load from a directory, as one document. Changes nothing.",
    scopes: ["export", "directory"],
  },
  compare: {
    called: "compare",
    usage: ["compare A.json B.json … [--fail-if-slower=3%] [--fail-if-p99-higher=10%]"],
    about: "Shows results written by --result side by side, and how each differs from the first.",
    scopes: ["compare"],
  },
  check: {
    called: "check",
    usage: ["check HISTORY… [--format=text|json]"],
    about:
      "Says whether histories are linearizable, and shows the fewest operations that contradict each other where " +
      "one is not. A history is a file of JSON lines, such as " +
      '{"process":0,"key":"x","operation":"write","value":1,"call_us":10,"return_us":25.5}, or a log or a ' +
      "history.edn of Jepsen's; packed with gzip or not. An operation is read, write, delete or compare_and_set, " +
      "which also has what it expected; a value is any JSON, null where the key is absent; return_us is null where " +
      "the outcome is not known.",
    scopes: ["check"],
  },
  report: {
    called: "report",
    usage: ["report RESULT… [--output=FILE.html] [--map=FILE.svg]"],
    about:
      "Shows results as one HTML page: the JSON of runs, repeats, crashes, comparisons and checks, and the results " +
      "of sweeps.",
    scopes: ["report"],
  },
};

/** The words that select a command; anything else is a run. */
export const COMMAND_WORDS = [
  "crash",
  "sweep",
  "inspect",
  "export",
  "compare",
  "check",
  "report",
] as const satisfies readonly CommandName[];

/** Whether the command takes the flag. Every command takes a flag without a scope. */
export function takes(command: CommandName, { scope }: FlagName): boolean {
  return scope === undefined || COMMANDS[command].scopes.includes(scope);
}

/** The flags and switches the command takes, in the order shown to users. */
export function flagsTakenBy(command: CommandName): FlagName[] {
  return [...FLAG_LIST, ...SWITCH_LIST].filter((flag) => takes(command, flag));
}

/** The commands that take a flag of this name, in the order shown to users. */
export function takersOf(name: string): CommandName[] {
  const commands = Object.keys(COMMANDS) as CommandName[];
  return commands.filter((command) => flagsTakenBy(command).some((flag) => flag.name === name));
}

/** The names of the backends, in the order shown to users. */
export const BACKEND_NAMES = ["memory", "file", ...ENGINE_NAMES] as const;

export type BackendName = typeof BACKEND_NAMES[number];

const OF_RUNS = {
  ...LOAD_FLAGS,
  ...WORKLOAD_FLAGS,
  ...REPLAY_FLAGS,
  ...MEASUREMENT_FLAGS,
  ...OUTPUT_FLAGS,
  ...FILE_FLAGS,
} as const;

/** The flags that take a value, in the order shown to users. No command takes two of the same name. */
export const FLAGS = {
  ...OF_RUNS,
  ...ENGINE_FLAGS,
  ...SERVER_FLAGS,
  ...REDIS_FLAGS,
  ...COMMAND_FLAGS,
  ...SWEEP_FLAGS,
} as const;

/** {@linkcode FLAGS} and what engines declare, as a list. */
export const FLAG_LIST: readonly Flag<unknown>[] = Object.values({ ...OF_RUNS, ...OWN_FLAGS, ...FLAGS });

/** The flags that take no value, in the order shown to users. */
export const SWITCHES = {
  ...WORKLOAD_SWITCHES,
  ...MEASUREMENT_SWITCHES,
  ...OUTPUT_SWITCHES,
  ...COMMAND_SWITCHES,
  ...SWEEP_SWITCHES,
  help: { name: "help", short: "h", about: "Print this help." },
  version: { name: "version", short: "V", about: "Print the version." },
} as const satisfies Record<string, FlagName>;

/** {@linkcode SWITCHES} as a list. */
export const SWITCH_LIST: readonly FlagName[] = Object.values(SWITCHES);
