/**
 * Runs and kills the configurations of a sweep: kvlab itself, in a child process for each run.
 *
 * @module
 */
import { takes } from "../cli/commands.ts";
import { FLAG_LIST, FLAGS, SWITCH_LIST } from "../cli/flags.ts";
import type { ConfigurationEntry } from "../sweep/lines.ts";
import type { SweepHands, SweepParts } from "../sweep/sweep.ts";
import { type KvlabChildOptions, runKvlabChild } from "./kvlab_child.ts";
import type { PlannedSweep } from "./sweep_header.ts";

/** A run that takes this many times its estimate counts as failed. */
const LATE_TIMES = 20;
/** But no run counts as failed before this time, in milliseconds. */
const LATE_MS_MIN = 120_000;

/** How a sweep runs and kills configurations. */
export function sweepHands(
  { loadArgs, configurations }: Pick<PlannedSweep, "loadArgs" | "configurations">,
  { kills, cut, stop, estimateMs, onWarning }:
    & { readonly kills: number; readonly cut: string; readonly stop: AbortSignal }
    & Pick<SweepParts, "estimateMs">
    & { onWarning(message: string): void },
): SweepHands {
  const known = new Set<string>();
  const warnOnce: KvlabChildOptions["onWarning"] = (message) => {
    // Each run has its own directory; a warning that differs only in that is not new.
    const text = message.replace(/\S*\/kvlab-\S+/, "the directory");
    if (!known.has(text)) onWarning(text);
    known.add(text);
  };
  const limitMs = (entry: ConfigurationEntry) => Math.max(LATE_MS_MIN, LATE_TIMES * estimateMs(entry));
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
      const crashArgs = ["crash", `--kills=${kills}`, `--cut=${cut}`, ...ofCrash(runArgs), ...common];
      return runKvlabChild(crashArgs, options);
    },
  };
}

/** When operations begin, if the load does not say: at a rate, or in a closed loop without waits. */
function beginningOf(loadArgs: readonly string[], ratePerSec: number | undefined): string[] {
  if (ratePerSec !== undefined) return [`--${FLAGS.ratePerSec.name}=${ratePerSec}`];
  const saysPattern = loadArgs.some((arg) => arg.startsWith(`--${FLAGS.pattern.name}=`));
  return saysPattern ? [] : [`--${FLAGS.pattern.name}=unthrottled`];
}

/** The arguments that the crash command takes, which measures nothing. */
function ofCrash(args: readonly string[]): string[] {
  const flags = [...FLAG_LIST, ...SWITCH_LIST];
  return args.filter((arg) => {
    const [, name] = /^--([^=]+)/.exec(arg) ?? [];
    return name === undefined || flags.some((flag) => flag.name === name && takes("crash", flag));
  });
}
