/**
 * The crash command: kills a load, or a primary under it, the given number of times, and reports what each kill cost.
 *
 * @module
 */
import type { CrashCommand } from "./command.ts";
import { promisesOf } from "../backend/backends.ts";
import { crash } from "../crash/crash.ts";
import { allHeld, type CrashResult, type KillResult } from "../crash/crash_result.ts";
import { makeDirectory } from "../directory/directory.ts";
import { refuseWithoutDisk } from "../disk/file_system.ts";
import { type Failure, FAILURES } from "../crash/victim.ts";
import { given } from "../option/given.ts";
import { configurationLine } from "../result/option/options.ts";
import { crashJson } from "../crash/crash_document.ts";
import { crashText, killLine } from "../report/crash_text.ts";
import type { StopSignal } from "../run/run_result.ts";
import { StoppedError } from "../sync/delay.ts";
import { VERSION } from "../version.ts";
import { EXIT_FAILURE, EXIT_NOT_HELD, EXIT_SIGNALS, stopOnSignals } from "./exit.ts";
import { checkOutputFile, deliverReport } from "./output_file.ts";
import { print, stdoutStyle, warn } from "./terminal.ts";
import { readTrace } from "./store_check.ts";
import { refuseTooManyWorkers } from "../run/worker_limit.ts";

/**
 * Runs the command and returns the exit code. Prints what the kills have shown even if a later one fails.
 *
 * @throws {UsageError} when the system has no room for the workers
 * @throws {Error} the first failure of a kill
 */
export async function crashCommand(
  { kills, cut, power, failover, options: asked, format, reportFile, quiet }: CrashCommand,
): Promise<number> {
  const options = await readTrace(asked, { isForCrash: true });
  // The load of failovers runs in this process, without workers.
  if (failover === undefined) refuseTooManyWorkers({ ...options, witnessed: true });
  if (power !== undefined) refuseWithoutDisk(power.fileSystem);
  const stop = stopOnSignals();
  if (reportFile !== undefined) checkOutputFile(reportFile);
  if (power?.keep !== undefined) makeDirectory(power.keep);
  if (!quiet) warn(configurationLine(options, VERSION));
  const show = async (result: CrashResult) => {
    print(format === "json" ? crashJson(result) : crashText(result, stdoutStyle()));
    return reportFile === undefined || await deliverReport(reportFile, crashJson(result));
  };
  const failure: Failure = failover === undefined ? FAILURES[cut] : "failover";
  const about = {
    failure,
    ...given({ failover, disk: power }),
    promises: await promisesOf(options.backend, options.threads),
  };
  const done: KillResult[] = [];
  const onKill = (kill: KillResult) => {
    done.push(kill);
    if (!quiet) warn(`kvlab: ${killLine(kill, failure)}`);
  };
  let result: CrashResult;
  try {
    result = await crash({ kills, cut, ...given({ power, failover }), options }, { stop, onKill });
  } catch (error) {
    if (done.length > 0) await show({ ...about, options, kills: done });
    // It was told to while it waited for a server.
    if (error instanceof StoppedError) return EXIT_SIGNALS[stop.reason as StopSignal];
    throw error;
  }
  if (!await show(result)) return EXIT_FAILURE;
  if (result.stoppedBy !== undefined) return EXIT_SIGNALS[result.stoppedBy];
  if (!allHeld(result)) return EXIT_NOT_HELD;
  return result.kills.some(({ history }) => history !== undefined && history.undecided > 0) ? EXIT_FAILURE : 0;
}
