/**
 * The crash command for backends with replicas that take over: reports what each failover cost.
 *
 * @module
 */
import type { CrashCommand } from "../cli/command.ts";
import { failOver } from "../crash/failover.ts";
import { allFailoversHeld, type FailoverResult } from "../crash/failover_result.ts";
import { configurationLine } from "../report/configuration_line.ts";
import { failoverJson, failoverLine, failoverText } from "../report/failover_text.ts";
import { VERSION } from "../version.ts";
import { EXIT_NOT_HELD } from "./error_line.ts";
import { EXIT_SIGNALS, stopOnSignals } from "./signals.ts";
import { print, stdoutStyle, warn } from "./terminal.ts";

/**
 * Runs the command and returns the exit code. Prints what the failovers have shown even if a later one fails.
 *
 * @throws {Error} the first failure
 */
export async function failoverCommand(
  { kills, options, format, quiet }: CrashCommand,
  lagMs: number,
): Promise<number> {
  const { backend } = options;
  if (backend.kind !== "engine") throw new Error("Cannot fail over without an engine");
  const stop = stopOnSignals();
  if (!quiet) warn(configurationLine(options, VERSION));
  const { result, failure } = await failOver({ kills, lagMs, options: { ...options, backend } }, {
    stop,
    onFailover: (round) => quiet || warn(`kvlab: ${failoverLine(round)}`),
  });
  if (failure === undefined || result.rounds.length > 0) show(result, format);
  if (failure !== undefined) throw failure.error;
  if (result.stoppedBy !== undefined) return EXIT_SIGNALS[result.stoppedBy];
  return allFailoversHeld(result) ? 0 : EXIT_NOT_HELD;
}

function show(result: FailoverResult, format: CrashCommand["format"]): void {
  print(format === "json" ? failoverJson(result) : failoverText(result, stdoutStyle()));
}
