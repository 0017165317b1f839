/**
 * How an error ends kvlab: the line that tells it, and the exit code.
 *
 * @module
 */
import { UsageError } from "../cli/usage_error.ts";

/** Exit code of a run that failed. */
export const EXIT_FAILURE = 1;
/** Exit code of a command line that cannot be right. */
export const EXIT_USAGE = 2;

/** Exit code of a crash in which more was lost than the gauge or a promise allows. */
export const EXIT_NOT_HELD = 3;

/** One line for any error; the user needs no stack. */
export function errorLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `kvlab: ${message.replaceAll(/\s*\n\s*/g, " ")}` + (error instanceof UsageError ? " (see kvlab --help)" : "");
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
}
