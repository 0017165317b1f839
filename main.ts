/**
 * kvlab's entry: reads the command line, does what it says, and ends with the right exit code.
 *
 * Exit codes: 0 success; 1 the run failed; 2 the command line is wrong; 130 and 143 the run was ended by SIGINT and
 * SIGTERM, in an orderly way or by a second signal at once.
 *
 * @module
 */
import { helpText } from "./lib/cli/help.ts";
import { type Command, parseCommand, UsageError } from "./lib/cli/options.ts";
import { configurationLine } from "./lib/report/configuration.ts";
import { escapeControls } from "./lib/report/format.ts";
import { resultJson } from "./lib/report/json.ts";
import { readMachine } from "./lib/report/machine.ts";
import { summaryText } from "./lib/report/summary.ts";
import type { StopSignal } from "./lib/run/result.ts";
import { run } from "./lib/run/runner.ts";
import { VERSION } from "./lib/version.ts";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const EXIT_SIGNALS: Record<StopSignal, number> = { SIGINT: 130, SIGTERM: 143 };

/** Two signals closer than this are one: a terminal and a parent process may both pass on the same Ctrl-C. */
const SAME_SIGNAL_MS = 200;

async function main(args: readonly string[]): Promise<number> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const command = parseCommand(args, { threads: navigator.hardwareConcurrency, seed });
  switch (command.kind) {
    case "help":
      print(Deno.stdout, helpText() + "\n");
      return 0;
    case "version":
      print(Deno.stdout, `kvlab ${VERSION}\n`);
      return 0;
    case "run":
      return await runLoad(command);
  }
}

async function runLoad({ options, format }: Extract<Command, { kind: "run" }>): Promise<number> {
  // Before the first line, so that whoever has read that may rely on an orderly end.
  const stop = stopOnSignals();
  warn(configurationLine(options, VERSION));
  const result = await run(options, {
    stop,
    onSetAside: ({ path, backupPath, reason }) => warn(`kvlab: set aside ${path} as ${backupPath}: ${reason}`),
    onProgress: (message) => warn(`kvlab: ${message}`),
  });
  print(Deno.stdout, format === "json" ? resultJson(result, readMachine()) : summaryText(result));
  return result.stoppedBy === undefined ? 0 : EXIT_SIGNALS[result.stoppedBy];
}

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (!controller.signal.aborted) {
        firstAtMs = performance.now();
        warn(`kvlab: ${signal}: stopping; a second one quits at once, without writing what is left`);
        controller.abort(signal);
      } else if (performance.now() - firstAtMs > SAME_SIGNAL_MS) {
        warn(`kvlab: ${signal}: quit at once; acknowledged writes may be lost`);
        Deno.exit(EXIT_SIGNALS[signal]);
      }
    });
  }
  return controller.signal;
}

/** Writes a line to stderr. */
function warn(line: string): void {
  print(Deno.stderr, escapeControls(line) + "\n");
}

/** Writes text as a whole, unless nobody reads it any more. */
function print(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
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
