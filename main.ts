/**
 * kvlab's entry: reads the command line, does what it says, and ends with the right exit code.
 *
 * Exit codes: 0 success; 1 failure; 2 the command line is wrong; 3 a crash tore files or cost more than the gauge said; 130 and 143 the run was ended by SIGINT and
 * SIGTERM, in an orderly way or by a second signal at once.
 *
 * @module
 */
import { helpText } from "./lib/cli/help.ts";
import {
  type CrashCommand,
  type ExportCommand,
  type InspectCommand,
  parseCommand,
  type RunCommand,
} from "./lib/cli/options.ts";
import { UsageError } from "./lib/cli/usage_error.ts";
import { CHILD_COMMAND, runChild } from "./lib/crash/child.ts";
import { crash } from "./lib/crash/crash.ts";
import { allHeld } from "./lib/crash/result.ts";
import { EXIT_SIGNALS, print, stopOnSignals, warn } from "./lib/entry/terminal.ts";
import { exportDirectory } from "./lib/inspect/export.ts";
import { inspectDirectory } from "./lib/inspect/inspect.ts";
import { configurationLine } from "./lib/report/configuration.ts";
import { crashJson, crashText, killLine } from "./lib/report/crash.ts";
import { inspectionJson, inspectionText } from "./lib/report/inspection.ts";
import { resultJson } from "./lib/report/json.ts";
import { readMachine } from "./lib/report/machine.ts";
import { summaryText } from "./lib/report/summary.ts";
import { run } from "./lib/run/runner.ts";
import { VERSION } from "./lib/version.ts";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const EXIT_NOT_HELD = 3;

async function main(args: readonly string[]): Promise<number> {
  const [word, childOptions] = args;
  if (word === CHILD_COMMAND && childOptions !== undefined) {
    await runChild(childOptions);
    return 0;
  }
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const command = parseCommand(args, { threads: navigator.hardwareConcurrency, seed });
  switch (command.kind) {
    case "help":
      print(helpText() + "\n");
      return 0;
    case "version":
      print(`kvlab ${VERSION}\n`);
      return 0;
    case "run":
      return await runLoad(command);
    case "crash":
      return await crashAgainAndAgain(command);
    case "inspect":
      return inspect(command);
    case "export":
      return exportEntries(command);
    case "compare":
      throw new Error("compare comes with lib/compare");
  }
}

async function runLoad({ options, format }: RunCommand): Promise<number> {
  // Before the first line, so that whoever has read that may rely on an orderly end.
  const stop = stopOnSignals();
  warn(configurationLine(options, VERSION));
  const result = await run(options, {
    stop,
    onSetAside: ({ path, backupPath, reason }) => warn(`kvlab: set aside ${path} as ${backupPath}: ${reason}`),
    onWarning: (message) => warn(`kvlab: warning: ${message}`),
    onProgress: (message) => warn(`kvlab: ${message}`),
  });
  print(format === "json" ? resultJson(result, readMachine()) : summaryText(result));
  return result.stoppedBy === undefined ? 0 : EXIT_SIGNALS[result.stoppedBy];
}

async function crashAgainAndAgain({ kills, options, format }: CrashCommand): Promise<number> {
  const stop = stopOnSignals();
  warn(configurationLine(options, VERSION));
  const result = await crash({ kills, options }, {
    stop,
    onKill: (kill) => warn(`kvlab: ${killLine(kill)}`),
  });
  print(format === "json" ? crashJson(result) : crashText(result));
  if (result.stoppedBy !== undefined) return EXIT_SIGNALS[result.stoppedBy];
  return allHeld(result) ? 0 : EXIT_NOT_HELD;
}

function inspect({ directory, forceRead, format }: InspectCommand): number {
  const inspection = inspectDirectory(directory, { forceRead });
  print(format === "json" ? inspectionJson(inspection) : inspectionText(inspection));
  return 0;
}

function exportEntries({ directory, forceRead, format }: ExportCommand): number {
  const onWarning = (message: string) => warn(`kvlab: warning: ${message}`);
  for (const piece of exportDirectory(directory, { forceRead, format, onWarning })) {
    if (!print(piece)) break;
  }
  return 0;
}

/** One line for any error; the user needs no stack. */
function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `kvlab: ${message.replaceAll(/\s*\n\s*/g, " ")}` + (error instanceof UsageError ? " (see kvlab --help)" : "");
}

if (import.meta.main) {
  let code: number;
  try {
    code = await main(Deno.args);
  } catch (error) {
    code = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
    warn(describe(error));
  }
  // Ends the process even if a worker still sleeps in Atomics.wait.
  Deno.exit(code);
}
