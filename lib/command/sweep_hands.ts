/**
 * Runs and kills the configurations of a sweep: kvlab itself, in a child process for each run. And how long that takes.
 *
 * @module
 */
import type { CutName } from "../crash/victim.ts";
import { FLAG_LIST, FLAGS, SWITCH_LIST, takes } from "./commands.ts";
import type { FlagName } from "../result/option/flag.ts";
import type { ConfigurationEntry } from "../sweep/lines.ts";
import type { ChildOutcome, SweepHands } from "../sweep/sweep.ts";
import type { PlannedSweep } from "./sweep_file.ts";
import { ownProgram, signalChild, systemCommand, WATCHED_COMMAND } from "../system/command.ts";
import type { Fields } from "../result/json.ts";
import type { RunOptions } from "../run/run_options.ts";
import { CRASH_LOAD_TIME_MS } from "./parse_command.ts";
import { EXIT_NOT_HELD } from "./exit.ts";

/** A run that takes this many times its estimate counts as failed. */
const LATE_TIMES = 20;
/** But no run counts as failed before this time, in milliseconds. */
const LATE_MS_MIN = 120_000;
/** A timer of more milliseconds would be over at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** How many states are tried of each cut of the power: in each all records are read. */
const CUT_STATES = 10;

/** From the start of the process to the start of its load, and from the end of the load to the end of the process. */
const AROUND_MS = 900;
/** For each preloaded record, including writing it to its file. */
const PRELOAD_MS_PER_KEY = 0.003;
/** For loads ended by a number of operations: any policy that does not sync does more per second. */
const OPS_PER_MS = 100;

/** What the time of a run depends on. */
type TimedOptions = Pick<RunOptions, "loadTimeMs" | "warmupMs" | "ops" | "workload">;

/** How long a run will take, start and end included, in milliseconds. */
export function runMs({ loadTimeMs, warmupMs = 0, ops, workload }: TimedOptions): number {
  const loadMs = ops === undefined ? loadTimeMs : ops / OPS_PER_MS;
  return AROUND_MS + warmupMs + loadMs + preloadMsOf(workload);
}

function preloadMsOf(workload: RunOptions["workload"]): number {
  return workload.kind === "mix" && workload.preload ? workload.keyCount * PRELOAD_MS_PER_KEY : 0;
}

/**
 * After how long a run counts as failed, in milliseconds. Where a number of operations ends the load, an estimate says
 * little, since engines differ a thousandfold: such a run may take the whole budget.
 */
export function runLimitMs(options: TimedOptions, budgetMs: number): number {
  return Math.max(LATE_MS_MIN, LATE_TIMES * runMs(options), options.ops === undefined ? 0 : budgetMs);
}

/** To put a disk into a state, and to mount and unmount it. */
const STATE_MS = 50;

/**
 * How long it takes to kill a configuration the given number of times, each at a random moment of the load, in
 * milliseconds. Whatever its runs take longer than estimated comes again with every start, and about half of it with
 * each state: there is nothing to make, and to measure, then. But where a number of operations ends them, it was these
 * that took so long, and the crash command does not take that number.
 */
export function killsMs(
  { loadTimeMs, ops, workload }: TimedOptions,
  { kills, cut, lateMs }: { readonly kills: number; readonly cut: CutName; readonly lateMs: number },
): number {
  const [loadMs, startMs] = ops === undefined ? [loadTimeMs, lateMs] : [CRASH_LOAD_TIME_MS, 0];
  const preloadMs = preloadMsOf(workload);
  // Half of the load on average, plus reading the directory again, which takes about as long as filling it.
  const killMs = AROUND_MS + preloadMs + loadMs / 2 + 2 * startMs;
  const statesMs = cut === "power" ? CUT_STATES * (STATE_MS + preloadMs + startMs / 2) : 0;
  return kills * (killMs + statesMs) + AROUND_MS + startMs;
}

/** How a sweep runs and kills configurations. */
export function sweepHands(
  { loadArgs, configurations }: Pick<PlannedSweep, "loadArgs" | "configurations">,
  { kills, cut, stop, limitMs, onWarning }: {
    readonly kills: number;
    readonly cut: CutName;
    readonly stop: AbortSignal;
    /** After how long a run of a configuration counts as failed, in milliseconds. */
    limitMs(entry: ConfigurationEntry): number;
    onWarning(message: string): void;
  },
): SweepHands {
  const known = new Set<string>();
  const warnOnce: KvlabChildOptions["onWarning"] = (message) => {
    // Each run has its own directory; a warning that differs only in that is not new.
    const text = message.replace(/\S*\/kvlab-\S+/, "the directory");
    if (!known.has(text)) onWarning(text);
    known.add(text);
  };
  const common = ["--format=json", "--quiet"];
  // The entries have the arguments without credentials.
  const passed = new Map(configurations.map(({ args, passed }) => [args.join("\n"), passed]));
  const passedOf = ({ args }: ConfigurationEntry) => passed.get(args.join("\n")) ?? { args, env: {} };
  return {
    run: (entry, ratePerSec) => {
      const { args, env } = passedOf(entry);
      const options = { env, stop, limitMs: limitMs(entry), onWarning: warnOnce };
      return runKvlabChild([...loadArgs, ...beginningOf(loadArgs, ratePerSec), ...args, ...common], options);
    },
    kill: (entry, ratePerSec) => {
      const { args, env } = passedOf(entry);
      const options = { env, stop, limitMs: kills * limitMs(entry), onWarning: warnOnce };
      const runArgs = [...loadArgs, ...beginningOf(loadArgs, ratePerSec), ...args];
      const states = cut === "power" ? [`--${FLAGS.states.name}=${CUT_STATES}`] : [];
      const crashArgs = ["crash", `--kills=${kills}`, `--cut=${cut}`, ...states, ...ofCrash(runArgs), ...common];
      return runKvlabChild(crashArgs, options);
    },
  };
}

/** When operations begin, if the load does not say: at a rate, or in a closed loop without waits. */
function beginningOf(loadArgs: readonly string[], ratePerSec: number | undefined): string[] {
  if (ratePerSec !== undefined) return [`--${FLAGS.ratePerSec.name}=${ratePerSec}`];
  const says = ({ name }: FlagName) => loadArgs.some((arg) => arg.startsWith(`--${name}=`));
  const saysPattern = says(FLAGS.pattern) || says(FLAGS.replay);
  return saysPattern ? [] : [`--${FLAGS.pattern.name}=unthrottled`];
}

/** The arguments that the crash command takes, which measures nothing, and replays a trace until each kill. */
function ofCrash(args: readonly string[]): string[] {
  const flags = [...FLAG_LIST, ...SWITCH_LIST];
  return args.filter((arg) => {
    const [, name] = /^--([^=]+)/.exec(arg) ?? [];
    if (name === FLAGS.replayRepeat.name) return false;
    return name === undefined || flags.some((flag) => flag.name === name && takes("crash", flag));
  });
}

/** Options of {@linkcode runKvlabChild}. */
interface KvlabChildOptions {
  /** Variables beside those of this process: what may not be seen in a command line. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborted to end the child gracefully. */
  readonly stop: AbortSignal;
  /** Time after which the child counts as failed, in milliseconds. */
  readonly limitMs: number;
  /** Called with each warning of the child. */
  onWarning?(message: string): void;
}

/** How long a child may take to end when told to, in milliseconds. */
const END_MS = 10_000;
const WARNING = "kvlab: warning: ";

/**
 * Runs a command line to completion.
 *
 * @param args arguments of the command line, which must make it print JSON
 * @returns what it printed, or why it did not; `undefined` when it was stopped
 */
async function runKvlabChild(args: readonly string[], options: KvlabChildOptions): Promise<ChildOutcome> {
  const { env, stop, limitMs, onWarning } = options;
  if (stop.aborted) return undefined;
  const { path, args: before } = ownProgram();
  const child = systemCommand(path, {
    args: [...before, WATCHED_COMMAND, ...args],
    env,
    // Nothing is written to it; it makes the child end when this process does.
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const timers: ReturnType<typeof setTimeout>[] = [];
  const end = () => {
    signalChild(child, "SIGTERM");
    timers.push(setTimeout(() => signalChild(child, "SIGKILL"), END_MS));
  };
  timers.push(setTimeout(() => {
    isLate = true;
    end();
  }, Math.min(limitMs, TIMER_MS_MAX)));
  stop.addEventListener("abort", end);
  try {
    const [status, stdout, stderr] = await Promise.all([
      child.status,
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    // A signal from the terminal reaches the child as well, so this process's own listener may be about to run.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (stop.aborted) return undefined;
    const lines = stderr.trim().split("\n");
    for (const line of lines) if (line.startsWith(WARNING)) onWarning?.(line.slice(WARNING.length));
    if (isLate) return { reason: `it was still running after ${Math.round(limitMs / 1000)} s` };
    return outcomeOf(status, stdout, lines.at(-1) ?? "");
  } finally {
    stop.removeEventListener("abort", end);
    for (const timer of timers) clearTimeout(timer);
    await child.stdin.abort().catch(() => {});
  }
}

function outcomeOf({ code, signal }: Deno.CommandStatus, stdout: string, lastLine: string): ChildOutcome {
  const said = lastLine.replace(/^kvlab: /, "").replace(/ \(see kvlab --help\)$/, "");
  if (signal !== null) return { reason: `it was killed by ${signal}` };
  // When more was lost than promised, that is a result like any other.
  if (code !== 0 && code !== EXIT_NOT_HELD) return { reason: said === "" ? `it ended with code ${code}` : said };
  try {
    return { result: JSON.parse(stdout) as Fields };
  } catch {
    return { reason: "it printed no result" };
  }
}
