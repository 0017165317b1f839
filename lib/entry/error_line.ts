/**
 * How kvlab reports a fatal error: the line on stderr and the exit code.
 *
 * @module
 */
import { UsageError } from "../cli/usage_error.ts";
import { DamagedStoreError } from "../inspect/damaged_store_error.ts";
import { reasonOf } from "../system/persist_error.ts";

/** Exit code of a run that failed. */
export const EXIT_FAILURE = 1;
/** Exit code of an invalid command line. */
export const EXIT_USAGE = 2;

/** Exit code of the crash command when more was lost than the gauge or a promise allows. */
export const EXIT_NOT_HELD = 3;

/** Exit code of the commands that read a directory, when files in it are damaged. */
export const EXIT_DAMAGED = 3;

/** Exit code of the compare command, when a result is worse than the first by more than a limit allows. */
export const EXIT_WORSE = 4;

/** Formats any error as one line, without a stack. */
export function errorLine(error: unknown): string {
  const message = error instanceof Deno.errors.NotCapable
    ? `Cannot go on: ${reasonOf(error)}`
    : error instanceof Error
    ? error.message
    : String(error);
  return `kvlab: ${message.replaceAll(/\s*\n\s*/g, " ")}` + (error instanceof UsageError ? " (see kvlab --help)" : "");
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof DamagedStoreError) return EXIT_DAMAGED;
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
}
