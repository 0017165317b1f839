/**
 * kvlab's entry point: parses the command line, runs the command, and exits with its exit code (`lib/command/exit.ts`).
 *
 * Each command's modules are loaded only when it runs, so that help appears at once, and a child to be killed starts
 * soon.
 *
 * @module
 */
import { CHILD_COMMAND, DISK_COMMAND, exitWithParent, WATCHED_COMMAND } from "./lib/system/command.ts";
import { errorLine, exitCodeOf, hangUp } from "./lib/command/exit.ts";
import { print, warn } from "./lib/command/terminal.ts";

async function main(args: readonly string[]): Promise<number> {
  const [word, childOptions] = args;
  if (word === CHILD_COMMAND && childOptions !== undefined) {
    const { runChild } = await import("./lib/crash/child.ts");
    void exitWithParent();
    await runChild(childOptions);
    return 0;
  }
  if (word === DISK_COMMAND && childOptions !== undefined) {
    const { serveDisk } = await import("./lib/disk/disk_server.ts");
    serveDisk(childOptions);
    return 0;
  }
  if (word === WATCHED_COMMAND) {
    void exitWithParent(hangUp);
    return await main(args.slice(1));
  }
  const { parseCommand } = await import("./lib/command/parse_command.ts");
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const command = parseCommand(args, { threads: navigator.hardwareConcurrency, seed });
  switch (command.kind) {
    case "help": {
      const { helpText } = await import("./lib/command/help.ts");
      print(helpText() + "\n");
      return 0;
    }
    case "version": {
      const { VERSION } = await import("./lib/version.ts");
      print(`kvlab ${VERSION}\n`);
      return 0;
    }
    case "run": {
      const { runCommand } = await import("./lib/command/run_command.ts");
      return await runCommand(command);
    }
    case "crash": {
      const { crashCommand } = await import("./lib/command/crash_command.ts");
      return await crashCommand(command);
    }
    case "sweep": {
      const { sweepCommand } = await import("./lib/command/sweep_command.ts");
      return await sweepCommand(command);
    }
    case "inspect": {
      const { inspectCommand } = await import("./lib/command/directory_commands.ts");
      return inspectCommand(command);
    }
    case "export": {
      const { exportCommand } = await import("./lib/command/directory_commands.ts");
      return exportCommand(command);
    }
    case "compare": {
      const { compareCommand } = await import("./lib/command/compare_command.ts");
      return compareCommand(command);
    }
    case "check": {
      const { checkCommand } = await import("./lib/command/check_command.ts");
      return await checkCommand(command);
    }
    case "report": {
      const { reportCommand } = await import("./lib/command/report_command.ts");
      return await reportCommand(command);
    }
  }
}

if (import.meta.main) {
  let code: number;
  try {
    code = await main(Deno.args);
  } catch (error) {
    code = exitCodeOf(error);
    warn(errorLine(error));
  }
  // Ends the process even if a worker is still blocked in Atomics.wait.
  Deno.exit(code);
}
