/**
 * The run command: runs a load the given number of times, shows its progress, and delivers the results.
 *
 * @module
 */
import type { RunCommand } from "./command.ts";
import { configurationLine } from "../result/option/options.ts";
import type { RunHooks } from "../run/live.ts";
import type { RunOptions } from "../run/run_options.ts";
import { type RunResult, type StopSignal, totals } from "../run/run_result.ts";
import { run } from "../run/runner.ts";
import { removeAllLeftDirectories } from "../directory/left_directories.ts";
import { StoppedError } from "../sync/delay.ts";
import { VERSION } from "../version.ts";
import { EXIT_FAILURE, EXIT_NOT_HELD, EXIT_SIGNALS, stopOnSignals } from "./exit.ts";
import { checkOutputFiles } from "./output_file.ts";
import { ProgressLine } from "./progress_line.ts";
import { deliver, deliverAtOnce, outputFiles, type TimedRun } from "./run_outputs.ts";
import { warn } from "./terminal.ts";
import { refuseTooManyWorkers } from "../run/worker_limit.ts";
import { readTrace } from "./store_check.ts";

/**
 * Runs the command and returns the exit code. Delivers what has been measured even if a later run of a repeat fails or
 * is interrupted.
 *
 * @throws {UsageError} when the system has no room for the workers
 * @throws {Error} the first failure of a run
 */
export async function runCommand(asked: RunCommand): Promise<number> {
  const command = { ...asked, options: await readTrace(asked.options, { isForCrash: false }) };
  refuseTooManyWorkers(command.options);
  const runs: TimedRun[] = [];
  // Before the first line, so that whoever has read that can rely on a graceful end.
  let isRunning = true;
  const stop = stopOnSignals(() => {
    if (isRunning) deliverAtOnce(command, runs);
  });
  checkOutputFiles(outputFiles(command));
  if (!command.quiet) warn(configurationLine(command.options, VERSION));
  let isDelivered = true;
  try {
    await runAll(command, { runs, stop });
  } finally {
    isRunning = false;
    if (runs.length > 0) isDelivered = await deliver(command, runs);
  }
  const failed = runs.at(-1)?.result.failed;
  if (failed !== undefined) throw new Error(failed);
  if (!isDelivered) return EXIT_FAILURE;
  // A signal that came after the end of the last run has interrupted nothing.
  const unrun: StopSignal | undefined = runs.length < command.repeat ? stop.reason : undefined;
  const stoppedBy = runs.at(-1)?.result.stoppedBy ?? unrun;
  if (stoppedBy !== undefined) return EXIT_SIGNALS[stoppedBy];
  const histories = runs.flatMap(({ result: { history } }) => history ?? []);
  if (histories.some(({ contradicting }) => contradicting > 0)) return EXIT_NOT_HELD;
  return histories.some(({ undecided }) => undecided > 0) ? EXIT_FAILURE : 0;
}

/** Runs the load the given number of times, unless told to stop, and adds the measurements to `runs`. */
async function runAll(
  command: RunCommand,
  { runs, stop }: { runs: TimedRun[]; stop: AbortSignal },
): Promise<void> {
  const { options, repeat, quiet } = command;
  const { backend } = options;
  // Others do so when they make a temporary directory of their own.
  if (backend.kind === "memory" || backend.output !== undefined) removeAllLeftDirectories();
  for (let number = 1; number <= repeat && !stop.aborted; number++) {
    const startMs = Date.now();
    const result = await runUnlessStopped(options, runHooks(command, { number, stop }));
    if (result === undefined) return;
    // Next to other runs, one that was stopped before its load adds nothing.
    if (stop.aborted && runs.length > 0 && totals(result.threads).ops === 0) return;
    runs.push({ result, interval: { startMs, endMs: Date.now() } });
    if (result.failed !== undefined) return;
    if (repeat > 1 && !quiet) warn(`kvlab: run ${number} of ${repeat}: ${rateText(result)}`);
  }
}

/** The result; `undefined` when the run was told to stop before there was anything to measure. */
async function runUnlessStopped(options: RunOptions, hooks: RunHooks): Promise<RunResult | undefined> {
  try {
    return await run(options, hooks);
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    throw error;
  }
}

function runHooks({ repeat, quiet }: RunCommand, { number, stop }: { number: number; stop: AbortSignal }): RunHooks {
  const line = new ProgressLine({ quiet });
  const which = repeat === 1 ? {} : { run: { number, runs: repeat } };
  return {
    stop,
    onSetAside: ({ path, backupPath, reason }) => warn(`kvlab: set aside ${path} as ${backupPath}: ${reason}`),
    onWarning: (message) => warn(`kvlab: warning: ${message}`),
    ...(quiet ? {} : { onProgress: (message) => warn(`kvlab: ${message}`) }),
    ...(line.isShown ? { onReading: (reading) => line.update({ ...reading, ...which }) } : {}),
  };
}

function rateText({ threads }: RunResult): string {
  return `${Math.round(totals(threads).opsPerSec).toLocaleString("en-US")} ops/s`;
}
