/**
 * Room of the crash command: kills a load as often as asked, and says what each kill cost.
 *
 * @module
 */
import type { CrashCommand } from "../cli/options.ts";
import { crash } from "../crash/crash.ts";
import { allHeld } from "../crash/result.ts";
import { configurationLine } from "../report/configuration.ts";
import { crashJson, crashText, killLine } from "../report/crash.ts";
import { VERSION } from "../version.ts";
import { EXIT_SIGNALS, stopOnSignals } from "./signals.ts";
import { print, warn } from "./terminal.ts";

/** The exit code when a kill tore files or cost more than the gauge said. */
const EXIT_NOT_HELD = 3;

/** Does what the command says, and returns the exit code. */
export async function crashCommand({ kills, options, format, quiet }: CrashCommand): Promise<number> {
  const stop = stopOnSignals();
  if (!quiet) warn(configurationLine(options, VERSION));
  const result = await crash({ kills, options }, {
    stop,
    ...(quiet ? {} : { onKill: (kill) => warn(`kvlab: ${killLine(kill)}`) }),
  });
  print(format === "json" ? crashJson(result) : crashText(result));
  if (result.stoppedBy !== undefined) return EXIT_SIGNALS[result.stoppedBy];
  return allHeld(result) ? 0 : EXIT_NOT_HELD;
}
